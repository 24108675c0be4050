"""A federated run and a central one, from policies to rows."""

import unittest

import world


class FederatedRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        cls.result = cls.world.run("run")
        cls.out = cls.world.root / "run"

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_ends_well_and_says_where_the_rows_are(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)
        self.assertIn(str(self.out / "public" / "synthetic.csv"), self.result.stdout)
        self.assertIn("spent", self.result.stdout)

    def test_rows_fit_the_schema_and_are_about_as_many_as_there_are(self):
        rows = world.public(self.out)["rows"]
        self.assertEqual(rows[0], ",".join(world.SIZES))
        self.assertAlmostEqual(len(rows) - 1, 1350, delta=200)
        for row in rows[1:]:
            for value, size in zip(row.split(","), world.SIZES.values()):
                self.assertTrue(0 <= int(value) < size)

    def test_spends_the_budget_and_no_more(self):
        metrics = world.public(self.out)["metrics"]
        self.assertLessEqual(metrics["rho_spent"], metrics["rho_budget"])
        self.assertGreaterEqual(metrics["rho_spent"], (1 - 1e-6) * metrics["rho_budget"])
        self.assertLessEqual(metrics["epsilon_spent"], 1.0)

    def test_every_site_booked_what_the_public_ledger_says(self):
        spends = world.public(self.out)["ledger"]["entries"]
        for site in world.SITES:
            booked = [entry for entry in self.world.entries(site) if entry["kind"] == "spend"]
            self.assertEqual([entry["round"] for entry in booked], [spend["round"] for spend in spends])

    def test_both_ledgers_verify(self):
        for site in world.SITES:
            done = world.command("fedloom", "ledger", "verify", self.out, "--policy", self.world.policy(site))
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_public_folder_holds_all_that_the_docs_promise(self):
        for name in ["synthetic.csv", "model.safetensors", "measurements.jsonl", "rounds.jsonl", "ledger.json",
                     "metrics.json", "report.html", "config.resolved.yaml", "schema.yaml", "roster.yaml"]:
            self.assertTrue((self.out / "public" / name).stat().st_size > 0, name)

    def test_a_run_id_cannot_be_used_twice(self):
        again = self.world.run("run")
        self.assertEqual(again.returncode, 2)
        self.assertIn("already holds a run", again.stderr)


class CentralRun(unittest.TestCase):
    def test_central_measures_and_selects_in_one_process(self):
        small = world.World(trust="central")
        self.addCleanup(small.remove)
        result = small.run("run")
        self.assertEqual(result.returncode, 0, result.stderr)
        done = world.public(small.root / "run")
        self.assertIn("select", {spend["stage"] for spend in done["ledger"]["entries"]})
        self.assertGreaterEqual(done["metrics"]["rho_spent"], (1 - 1e-6) * done["metrics"]["rho_budget"])
        self.assertLessEqual(done["metrics"]["rho_spent"], done["metrics"]["rho_budget"])


class IndependentRun(unittest.TestCase):
    def test_method_independent_is_one_round(self):
        small = world.World(method="independent")
        self.addCleanup(small.remove)
        result = small.run("run")
        self.assertEqual(result.returncode, 0, result.stderr)
        done = world.public(small.root / "run")
        self.assertEqual(len(done["ledger"]["entries"]), 1)
        self.assertLessEqual(done["metrics"]["rho_spent"], done["metrics"]["rho_budget"])


if __name__ == "__main__":
    unittest.main()
