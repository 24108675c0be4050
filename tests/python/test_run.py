"""fedloom.run: a federated run from Python, what it left as values, its errors, and Ctrl-C."""

import csv
import json
import os
import unittest
import unittest.mock

import numpy as np

import fedloom

import package
import test_bad_input
import world

LONG = """
import fedloom
print("begins", flush=True)
fedloom.run({experiment!r}, out={out!r})
"""


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World()
        # For mpirun, as a person would set them.
        for name, value in world.environment().items():
            os.environ.setdefault(name, value)
        cls.lines = []
        cls.run_ = fedloom.run(cls.world.experiment, cls.world.sites, cls.world.root / "run", tell=cls.lines.append)
        cls.public = cls.world.root / "run" / "public"

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_three_sites_made_a_run(self):
        self.assertEqual(self.run_.folder, self.world.root / "run")
        self.assertEqual(self.run_.metrics["epsilon_spent"], json.loads((self.public / "metrics.json").read_text())["epsilon_spent"])
        self.assertEqual(self.run_.ledger, json.loads((self.public / "ledger.json").read_text()))
        self.assertEqual({site for site in self.world.site_names}, set(world.SITES))
        self.assertTrue(any("synthetic rows" in line for line in self.lines), self.lines)
        verified = world.command("fedloom", "ledger", "verify", self.run_.folder)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertIn("<fedloom.Run", repr(self.run_))

    def test_its_rows_are_those_of_the_file(self):
        with (self.public / "synthetic.csv").open(newline="") as file:
            lines = list(csv.DictReader(file))
        for frame in [False] + ([True] if package.HAS_PANDAS else []):
            rows = self.run_.read_synthetic(as_frame=frame)
            for name, values in package.expected(lines, self.run_.schema).items():
                self.assertEqual(package.plain(rows[name]), values)
        self.assertEqual(len(self.run_.synthetic["colour"]), len(lines))
        self.assertEqual(self.run_.model.schema.hash, self.run_.schema.hash)
        self.assertEqual(len(self.run_.sample(7, as_frame=False)["colour"]), 7)

    def test_its_measurements_are_those_of_the_file(self):
        first, *written = [json.loads(line) for line in (self.public / "measurements.jsonl").read_text().splitlines()]
        self.assertEqual(len(self.run_.measurements), len(written))
        self.assertEqual(first["version"], 1)
        names = self.run_.schema.names
        found = [one for one in self.run_.measurements if one.columns == ("colour", "size") and one.kind == "marginal"]
        self.assertTrue({(name,) for name in names} <= {one.columns for one in self.run_.measurements})
        for one in self.run_.measurements:
            self.assertGreater(one.sigma, 0)
            if one.kind == "marginal" and all(bins is None for bins in one.bins):
                self.assertEqual(one.values.shape, tuple(self.run_.schema[name].size for name in one.columns))
        for one in found:
            # Noised, so near the model's own answer and not equal to it.
            total = one.values.sum()
            np.testing.assert_allclose(one.values / total, self.run_.model.marginal(["colour", "size"]), atol=0.15)

    def test_an_evaluation_takes_a_run(self):
        found = fedloom.evaluate([self.world.table(site) for site in world.SITES], self.run_, degree=1, detection=False)
        self.assertEqual(found["samples"][0]["name"], "run")
        self.assertLess(found["samples"][0]["marginals"][0]["mean_l1"], 0.4)

    def test_a_run_without_a_folder_gets_a_fresh_one(self):
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.world.root)
        done = fedloom.run(self.world.experiment)
        self.assertRegex(str(done.folder), r"^runs/small-\d{8}-\d{6}-[0-9a-f]{8}$")
        self.assertEqual(fedloom.load_run(done.folder).metrics, done.metrics)

    def test_a_wrong_experiment_gets_the_programs_sentence(self):
        wrong = self.world.root / "wrong.yaml"
        wrong.write_text(self.world.experiment.read_text().replace("epsilon:", "epsilom:"))
        said = world.command("fedloom", "run", wrong)
        with self.assertRaises(fedloom.ConfigError) as caught:
            fedloom.run(wrong, self.world.sites)
        self.assertEqual(str(caught.exception), package.sentence_of(said))

    def test_the_error_of_a_run_is_raised_with_its_sentence(self):
        with self.assertRaisesRegex(fedloom.ConfigError, "there are no site policies here; name the folder") as caught:
            fedloom.run(self.world.experiment, self.world.root, self.world.root / "none")
        self.assertEqual(caught.exception.code, 3)
        with self.assertRaisesRegex(fedloom.UsageError, "already holds a run; choose another --out"):
            fedloom.run(self.world.experiment, out=self.run_.folder)

    def test_a_policys_refusal_is_raised(self):
        small = world.World(method="independent")
        self.addCleanup(small.remove)
        test_bad_input.edit(small.policy("north"), "  epsilon_per_run: 1\n", "  epsilon_per_run: 0.5\n")
        with self.assertRaisesRegex(fedloom.RefusedError, "site north refused the plan: over its budget") as caught:
            fedloom.run(small.experiment, small.sites, small.root / "run")
        self.assertEqual(caught.exception.code, 5)

    def test_programs_that_are_not_there_are_said(self):
        with self.assertRaisesRegex(fedloom.EnvironmentError, "which programs names, does not hold fedloom, fedloom-site"):
            fedloom.run(self.world.experiment, programs=self.world.root)
        environment = {**os.environ, "PATH": "/nowhere"}
        del environment["FEDLOOM_PROGRAMS"]
        with unittest.mock.patch.dict(os.environ, environment, clear=True):
            with self.assertRaisesRegex(fedloom.EnvironmentError, "programs are not installed; build them"):
                fedloom.run(self.world.experiment)
            os.environ["PATH"] = str(world.BIN)
            self.assertEqual(fedloom._programs.find_programs(), world.BIN.resolve())
        with self.assertRaisesRegex(fedloom.UsageError, "no folder of a finished run"):
            fedloom.load_run(self.world.root)

    def test_what_the_caller_raises_stops_the_run(self):
        class Enough(Exception):
            pass

        def tell(line):
            raise Enough
        with self.assertRaises(Enough):
            fedloom.run(self.world.experiment, out=self.world.root / "told", tell=tell)
        self.assertFalse((self.world.root / "told" / "public" / "synthetic.csv").exists())

    def test_ctrl_c_leaves_a_checkpoint_that_a_run_goes_on_from(self):
        small = world.World()
        self.addCleanup(small.remove)
        test_bad_input.edit(small.experiment, "tick: 10ms", "tick: 300ms")
        out = small.root / "run"
        rounds = out / "public" / "rounds.jsonl"
        errors = package.interrupted(self, LONG.format(experiment=str(small.experiment), out=str(out)), limit=90,
                                     ready=lambda: rounds.exists() and len(rounds.read_text().splitlines()) >= 2)
        self.assertIn("everything measured so far is in", errors)
        self.assertFalse((out / "public" / "synthetic.csv").exists())
        resumed = fedloom.run(small.experiment, resume=out)
        self.assertAlmostEqual(resumed.metrics["rho_spent"] / resumed.metrics["rho_budget"], 1, places=6)
        with self.assertRaisesRegex(fedloom.UsageError, "two folders"):
            fedloom.run(small.experiment, out=out, resume=out)


if __name__ == "__main__":
    unittest.main()
