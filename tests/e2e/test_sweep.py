"""fedloom sweep on a small public table: real runs, scored, kept."""

import csv
import json
import unittest
import xml.etree.ElementTree

import world


class Sweep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world.World(rows=300)
        cls.out = cls.world.root / "sweep"
        cls.lead = cls.world.root / "lead"
        cls.done = cls.sweep("--epsilon", "1,10", "--sites", "1,3", "--trust", "none,central", "--method",
                             "independent", "--policies", cls.world.sites)

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    @classmethod
    def sweep(cls, *words, out=None):
        return world.command("fedloom", "sweep", cls.lead / "small.yaml", "--out", out or cls.out, *words)

    def test_runs_each_point_once_and_says_what_cannot_be(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        lines = self.done.stdout.splitlines()
        self.assertEqual(sum(line.startswith("point ") for line in lines), 4, self.done.stdout)
        self.assertIn("left out none, 1 sites, independent: too few for what the experiment withstands", lines)

    def test_figures_are_those_of_whole_runs(self):
        results = json.loads((self.out / "sweep.json").read_text())
        self.assertEqual({(r["trust"], r["sites"], r["epsilon"]) for r in results},
                         {("none", 3, 1), ("none", 3, 10), ("central", 1, 1), ("central", 1, 10)})
        for result in results:
            self.assertTrue(900 < result["rows"] < 1200, result)
            self.assertTrue(0 < result["error_1"] < result["error_2"] < result["error_3"] < 2, result)
            self.assertGreater(result["cpu_seconds"], 0)
            self.assertGreater(result["peak_mb"], 10)
        with open(self.out / "sweep.csv", newline="") as lines:
            self.assertEqual([float(row["error_3"]) for row in csv.DictReader(lines)], [r["error_3"] for r in results])

    def test_scores_against_all_rows_that_there_are(self):
        """With much budget single columns come out as they are, whatever the share of a site."""
        for result in json.loads((self.out / "sweep.json").read_text()):
            if result["epsilon"] == 10:
                self.assertLess(result["error_1"], 0.02, result)

    def test_draws_a_line_for_each_setting(self):
        plot = xml.etree.ElementTree.parse(self.out / "error-3.svg").getroot()
        texts = [node.text for node in plot.iter("{http://www.w3.org/2000/svg}text")]
        for label in ("none, 3 sites, independent", "central, independent", "epsilon"):
            self.assertIn(label, texts)
        self.assertEqual(len(list(plot.iter("{http://www.w3.org/2000/svg}polyline"))), 2)

    def test_keeps_points_that_are_done_and_nothing_else(self):
        before = (self.out / "sweep.json").read_text()
        done = self.sweep("--epsilon", "1,10", "--sites", "1,3", "--method", "independent", "--policies",
                          self.world.sites)
        self.assertEqual(done.stdout.count("(kept)"), 4, done.stdout + done.stderr)
        self.assertEqual((self.out / "sweep.json").read_text(), before)
        self.assertFalse([path for path in (self.out / "points").iterdir() if path.is_dir()])

    def test_refuses_results_of_other_rows(self):
        done = self.sweep("--data", self.world.table("north"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("are of another experiment or of other rows", done.stderr)

    def test_refuses_private_data_in_one_sentence(self):
        policy = self.world.policy("north")
        text = policy.read_text()
        self.addCleanup(policy.write_text, text)
        policy.write_text(text.replace("class: public", "class: private").replace(
            "  epsilon_per_run:", "  epsilon_lifetime: 5\n  epsilon_per_run:"))
        done = self.sweep("--policies", self.world.sites, out=self.world.root / "private")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("is of class private", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertFalse((self.world.root / "private").exists())


if __name__ == "__main__":
    unittest.main()
