"""The bundled stroke trial: its tables fit its schema, and a cut of it runs with six sites."""

import csv
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import world

SITES = ["italy", "netherlands", "others", "poland", "switzerland", "uk"]
NAMING_A_SITE = {"COUNTRY", "CNTRYNUM", "HOSPNUM"}


class StrokeTrial(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="fedloom-stroke-"))
        (cls.root / "data").mkdir()
        shutil.copy(world.CONFIGS / "stroke-trial.schema.yaml", cls.root)
        text = (world.CONFIGS / "stroke-trial.yaml").read_text()
        assert "method: gem" in text and "epsilon: 3.0" in text
        (cls.root / "stroke-trial.yaml").write_text(
            text.replace("method: gem", "method: gem\n  components: 20").replace("epsilon: 3.0", "epsilon: 30"))
        for site in SITES:
            lines = cls.table(site).read_text().splitlines(keepends=True)
            (cls.root / "data" / f"stroke-trial-{site}.csv").write_text("".join(lines[:201]))
        cls.done = world.command("fedloom", "demo", "--experiment", cls.root / "stroke-trial.yaml", "--dir",
                                 cls.root / "demo", "--out", cls.root / "run", timeout=600)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root, ignore_errors=True)

    @staticmethod
    def table(site):
        return world.CONFIGS / "data" / f"stroke-trial-{site}.csv"

    def test_every_patient_fits_the_schema(self):
        rows = 0
        for site in SITES:
            done = world.command("fedloom", "schema", "check", world.CONFIGS / "stroke-trial.schema.yaml",
                                 self.table(site))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(self.table(site), newline="", encoding="utf-8") as lines:
                rows += sum(1 for _ in csv.DictReader(lines))
        self.assertEqual(rows, 19434)

    def test_runs_with_the_six_tables_beside_it(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertIn("policies for 6 site(s)", self.done.stdout)

    def test_makes_patients_without_what_names_their_site(self):
        with open(self.root / "run/public/synthetic.csv", newline="", encoding="utf-8") as lines:
            patients = list(csv.DictReader(lines))
        with open(self.table("uk"), newline="", encoding="utf-8") as lines:
            self.assertEqual(set(patients[0]), set(next(csv.reader(lines))) - NAMING_A_SITE)
        self.assertTrue(1100 < len(patients) < 1300, len(patients))
        self.assertLessEqual({patient["OCCODE"] for patient in patients}, {"1", "2", "3", "4", "9"})
        self.assertLessEqual({patient["DSIDEX"] for patient in patients}, {"", "text"})

    def test_the_whole_trial_has_all_columns_at_one_owner(self):
        tool = world.CONFIGS / "data" / "stroke_trial.py"
        subprocess.run([sys.executable, tool, "all", self.root / "all"], check=True, capture_output=True)
        done = world.command("fedloom", "schema", "check", self.root / "all/stroke-trial-all.schema.yaml",
                             self.root / "all/stroke-trial-all.csv")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        plan = world.command("fedloom", "plan", self.root / "all/stroke-trial-all.yaml")
        self.assertIn("110 attributes", plan.stdout)


if __name__ == "__main__":
    unittest.main()
