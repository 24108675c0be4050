"""fedloom audit as a person uses it: a mechanism, canaries, rows; and what it says of wrong words."""

import json
import random
import unittest

import world


class Audit(unittest.TestCase):
    def setUp(self):
        self.small = world.World(rows=300)
        self.addCleanup(self.small.remove)

    def fails(self, code, pattern, *words):
        done = world.command("fedloom", "audit", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, pattern)

    def test_a_mechanism_of_three_sites(self):
        words = ("mechanism", self.small.experiment, "--trials", 1 << 18)
        done = world.command("fedloom", "audit", *words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("of 2 of 3 site(s)", done.stdout)
        self.assertIn("no fault", done.stdout)
        verdict = json.loads(world.command("fedloom", "audit", *words, "--json").stdout)
        self.assertEqual(verdict["honest_sites"], 2)
        self.assertEqual(verdict["faults"], [])
        self.assertLessEqual(verdict["epsilon_lower"], verdict["epsilon_exact"])
        self.assertEqual(verdict["trials_with"] + verdict["trials_without"], 1 << 18)

    def test_canaries_in_a_whole_run(self):
        out = self.small.root / "audit"
        data = [word for site in world.SITES for word in ("--data", f"{site}={self.small.table(site)}")]
        words = ("canaries", self.small.experiment, "--canaries", 60, "--guesses", 40, "--out", out, *data)
        done = world.command("fedloom", "audit", *words, "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        verdict = json.loads(done.stdout)
        self.assertEqual((verdict["canaries"], verdict["guesses"]), (60, 40))
        self.assertLessEqual(verdict["right"], 40)
        self.assertLessEqual(verdict["epsilon_lower"], verdict["epsilon_claimed"])
        real = self.small.table(world.SITES[0]).read_text().splitlines()
        self.assertEqual(len((out / "with-canaries.csv").read_text().splitlines()), len(real) + verdict["in"])
        self.fails(2, "already holds something; .*--out", *words)
        self.fails(2, "must be even", "canaries", self.small.experiment, "--guesses", 7, "--out",
                   self.small.root / "other", *data)

    def test_rows_that_are_copies_and_rows_that_are_not(self):
        schema = self.small.root / "lead" / "small.schema.yaml"
        members, hold_out = (self.small.table(site) for site in world.SITES[:2])
        words = ("rows", "--members", members, "--hold-out", hold_out, "--schema", schema, "--synthetic")
        done = world.command("fedloom", "audit", *words, members)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("copies: 100", done.stdout)
        self.assertIn("NOT private", done.stdout)
        report = json.loads(world.command("fedloom", "audit", *words, self.small.table(world.SITES[2]), "--json").stdout)
        self.assertEqual([attack["attack"] for attack in report["attacks"]], ["density ratio", "nearest neighbour"])
        self.assertIn("real rows", report["private"])

    def test_copies_of_members_are_a_finding(self):
        names, draw = [f"c{k}" for k in range(8)], random.Random(4)
        schema = self.small.root / "wide.schema.yaml"
        schema.write_text("version: 1\nattributes:\n" +
                          "".join(f"  - {{name: {name}, type: coded, size: 6}}\n" for name in names))
        places = [self.small.root / name for name in ("members.csv", "others.csv")]
        for place in places:
            rows = [",".join(str(draw.randrange(6)) for _ in names) for _ in range(400)]
            place.write_text("\n".join([",".join(names)] + rows) + "\n")
        self.fails(11, "members are among the synthetic rows", "rows", "--members", places[0], "--hold-out", places[1],
                   "--synthetic", places[0], "--schema", schema)

    def test_wrong_words(self):
        self.fails(2, "subcommand is required.*--help")
        self.fails(2, "--trials.*--help", "mechanism", self.small.experiment, "--trials", 3)
        self.fails(3, "nowhere.yaml", "mechanism", "nowhere.yaml")
        self.fails(2, "no file .*missing.csv", "canaries", self.small.experiment, "--data", "a=missing.csv",
                   "--out", self.small.root / "none")
        few = self.small.root / "few.csv"
        few.write_text("".join(line + "\n" for line in self.small.table("east").read_text().splitlines()[:10]))
        self.fails(4, "only 9 rows", "rows", "--members", few, "--hold-out", self.small.table("north"), "--synthetic",
                   self.small.table("west"), "--schema", self.small.root / "lead" / "small.schema.yaml")


if __name__ == "__main__":
    unittest.main()
