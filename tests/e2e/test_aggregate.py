"""trust: aggregate from policies to rows: exact totals are opened once, and paid for once, whatever is killed."""

import unittest

import world


def of_run(entries, run, *kinds):
    return [entry for entry in entries if entry["run"] == run and entry["kind"] in kinds]


def opened(entries):
    return [tuple(event["attributes"]) for entry in entries for event in entry["events"] if event["kind"] == "opened"]


class AggregateRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World(trust="aggregate")
        cls.result = cls.world.run("run")
        cls.out = cls.world.root / "run"

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_ends_well_with_rows_that_fit_the_schema(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)
        self.assertIn("trust aggregate", self.result.stdout)
        rows = world.public(self.out)["rows"]
        self.assertEqual(rows[0], ",".join(world.SIZES))
        self.assertAlmostEqual(len(rows) - 1, 1350, delta=200)
        for row in rows[1:]:
            for value, size in zip(row.split(","), world.SIZES.values()):
                self.assertTrue(0 <= int(value) < size)

    def test_the_curator_releases_the_budget_and_no_more(self):
        metrics = world.public(self.out)["metrics"]
        self.assertEqual(metrics["trust"], "aggregate")
        self.assertLessEqual(metrics["rho_spent"], metrics["rho_budget"])
        self.assertGreaterEqual(metrics["rho_spent"], (1 - 1e-6) * metrics["rho_budget"])

    def test_every_site_books_the_whole_run_once_and_opens_each_total_once(self):
        done = world.public(self.out)
        handed = [spend for spend in done["ledger"]["entries"] if spend["kind"] == "handed"]
        self.assertGreater(len(handed), 0)
        for site in world.SITES:
            spends = of_run(self.world.entries(site), "run", "spend")
            self.assertEqual(len(spends), 1)
            self.assertAlmostEqual(spends[0]["cost"], done["metrics"]["rho_budget"], delta=1e-12)
            paid = of_run(self.world.entries(site), "run", "spend", "within")
            self.assertEqual(len(opened(paid)), len(set(opened(paid))))
            self.assertEqual(opened(paid), opened(handed))

    def test_both_ledgers_verify(self):
        for site in world.SITES:
            done = world.command("fedloom", "ledger", "verify", self.out, "--policy", self.world.policy(site))
            self.assertEqual(done.returncode, 0, done.stderr)
        shown = world.command("fedloom", "ledger", "show", self.out)
        self.assertIn("handed", shown.stdout)

    def test_the_page_says_whom_it_does_not_hold_against(self):
        self.assertIn("does not hold against the coordinator", (self.out / "public" / "report.html").read_text())

    def test_the_receipt_says_that_exact_totals_were_given(self):
        receipt = next((self.world.sites / "state").glob("*/runs/run/receipt.html")).read_text()
        self.assertIn("exact totals", receipt)

    def test_the_check_says_plainly_what_the_coordinator_sees(self):
        done = world.command("fedloom-site", "check", self.world.policy("north"), self.world.experiment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("SEES EXACT TOTALS", done.stdout)

    def test_nothing_is_opened_to_another_roster(self):
        site = self.world.policy("west")
        pinned = next((self.world.sites / "state").glob("*-west/aggregate-roster"))
        text = pinned.read_text()
        pinned.write_text("ab" * 32 + "\n")
        try:
            done = world.command("fedloom-site", "check", site, self.world.experiment)
            self.assertEqual(done.returncode, 5, done.stdout)
            self.assertIn("opened to the roster abababab", done.stderr)
        finally:
            pinned.write_text(text)


class AggregateRefusals(unittest.TestCase):
    def test_a_policy_that_does_not_name_it_refuses_it(self):
        small = world.World(trust="aggregate")
        self.addCleanup(small.remove)
        policy = small.policy("north")
        policy.write_text(policy.read_text().replace("trust: [aggregate]", "trust: [none, central]"))
        done = small.run("run")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertFalse((small.root / "run" / "public" / "synthetic.csv").exists())


class AggregateKilled(unittest.TestCase):
    def kill_and_resume(self, who, step):
        small = world.World(trust="aggregate", rows=60)
        self.addCleanup(small.remove)
        first = small.mpirun("run", crash=(who, step))
        self.assertNotEqual(first.returncode, 0, f"{who} has no step {step}")
        out = small.root / "run"
        begun = (out / "checkpoint" / "experiment").exists()
        name = "run" if begun else "again"
        resumed = small.mpirun(name, resume=begun)
        self.assertEqual(resumed.returncode, 0, f"step {step}: {resumed.stdout}{resumed.stderr}")
        done = world.public(small.root / name)
        self.assertLessEqual(done["ledger"]["rho"], done["metrics"]["rho_budget"])
        for site in world.SITES:
            verified = world.command("fedloom", "ledger", "verify", small.root / name, "--policy", small.policy(site))
            self.assertEqual(verified.returncode, 0, f"step {step}: {verified.stderr}")
            spends = of_run(small.entries(site), name, "spend")
            self.assertEqual(len(spends), 1, f"step {step}: the run is paid for once")
            paid = of_run(small.entries(site), name, "spend", "within")
            self.assertEqual(len(opened(paid)), len(set(opened(paid))), f"step {step}")

    def test_a_site_killed_is_asked_for_the_same_totals_at_no_cost(self):
        for step in (15, 18, 21):
            self.kill_and_resume("north", step)

    def test_a_coordinator_killed_has_the_totals_sealed_again_and_loses_one_release_at_most(self):
        for step in (12, 24, 40):
            self.kill_and_resume("coordinator", step)


if __name__ == "__main__":
    unittest.main()
