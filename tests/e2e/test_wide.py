"""A table with one column of 3,000 categories: merged by its noisy 1-way, and written out as categories again."""

import collections
import json
import random
import unittest

import world

TOWNS = 3000
COMMON = 12  # towns that have 60 % of the rows; each belongs to one of three trades
MOST_BINS = 64


class WideWorld(world.World):
    def attributes(self):
        towns = ", ".join(f"town-{k}" for k in range(TOWNS))
        return (f"  - {{name: town, type: categorical, values: [{towns}]}}\n"
                "  - {name: trade, type: coded, size: 4}\n  - {name: year, type: coded, size: 5}\n")

    def write_table(self, site, rows, seed):
        draw = random.Random(seed)
        lines = ["town,trade,year"]
        for _ in range(rows):
            common = draw.random() < 0.6
            town = draw.randrange(COMMON) if common else draw.randrange(COMMON, TOWNS)
            lines.append(f"town-{town},{town % 3 if common else 3},{draw.randrange(5)}")
        self.table(site).write_text("\n".join(lines) + "\n")


def number(town):
    return int(town.removeprefix("town-"))


class WideRun(unittest.TestCase):
    trust = "none"

    @classmethod
    def setUpClass(cls):
        cls.world = WideWorld(trust=cls.trust, epsilon=4.0, rows=6000)
        cls.result = cls.world.run("run")
        cls.out = cls.world.root / "run"
        if cls.result.returncode == 0:
            cls.public = world.public(cls.out)
            cls.rows = [row.split(",") for row in cls.public["rows"][1:]]

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def test_ends_well(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)

    def test_later_rounds_are_over_few_bins(self):
        lines = (self.out / "public" / "measurements.jsonl").read_text().splitlines()
        header, measured = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
        maps = [{axis["attribute"]: axis["bin_of"] for axis in axes} for axes in header["coarsenings"]]
        for bin_of in (codes["town"] for codes in maps):
            self.assertEqual(len(bin_of), TOWNS)
            self.assertLess(max(bin_of), MOST_BINS)
        for one in measured:
            self.assertEqual(one["round"] > 1, "coarsening" in one, one["attributes"])
            if one["attributes"] == ["town"]:
                self.assertEqual(len(one["values"]),
                                 max(maps[one["coarsening"]]["town"]) + 1 if one["round"] > 1 else TOWNS)

    def test_rows_hold_towns_with_the_mass_they_have(self):
        count = collections.Counter(number(row[0]) for row in self.rows)
        self.assertTrue(all(0 <= town < TOWNS for town in count))
        common = sum(count[town] for town in range(COMMON)) / len(self.rows)
        self.assertAlmostEqual(common, 0.6, delta=0.05)
        self.assertGreater(len(count), 100)

    def test_what_goes_with_a_town_is_kept(self):
        of_common = [(number(town), int(trade)) for town, trade, _ in self.rows if number(town) < COMMON]
        self.assertGreater(sum(trade == town % 3 for town, trade in of_common) / len(of_common), 0.75)
        of_rare = [int(trade) for town, trade, _ in self.rows if number(town) >= COMMON]
        self.assertGreater(sum(trade == 3 for trade in of_rare) / len(of_rare), 0.85)

    def test_more_rows_and_another_fit_come_from_the_run_alone(self):
        drawn = world.command("fedloom", "sample", self.out, "-n", "500", "-o", self.world.root / "more.csv")
        self.assertEqual(drawn.returncode, 0, drawn.stderr)
        self.assertIn("town-", (self.world.root / "more.csv").read_text())
        fitted = world.command("fedloom", "refit", self.out, "--out", self.world.root / "refit")
        self.assertEqual(fitted.returncode, 0, fitted.stderr)
        self.assertEqual((self.world.root / "refit" / "synthetic.csv").read_text(),
                         (self.out / "public" / "synthetic.csv").read_text())


class WideCentralRun(WideRun):
    trust = "central"


if __name__ == "__main__":
    unittest.main()
