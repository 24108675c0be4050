"""fedloom sample under conditions, with constraints, as SQL, from a model alone; and what it refuses."""

import collections
import csv
import json
import random
import sqlite3
import unittest

import world

SCHEMA = """  - {name: person, role: id}
  - {name: sex, type: categorical, values: [female, male]}
  - {name: pregnant, type: categorical, values: ["no", "yes"], missing: true}
  - {name: "grade, of school", type: categorical, values: ["it's", 'a "b"', high]}
  - {name: years, type: integer, min: 1, max: 3, width: 1}
  - {name: start, type: integer, min: 0, max: 29, width: 10}
  - {name: end, type: integer, min: 0, max: 29, width: 5}
  - {name: cash, type: real, min: 0, max: 10, width: 5}
  - {name: card, type: real, min: 0, max: 10, width: 5}
  - {name: paid, type: real, min: 0, max: 20, width: 4}
constraints:
  - never: {sex: male, pregnant: ["yes"]}
  - determines: {from: "grade, of school", to: years, by: order}
  - less: [start, end]
  - sum: {parts: [cash, card], total: paid}
"""
GRADES = ["it's", 'a "b"', "high"]
COLUMNS = ["person", "sex", "pregnant", "grade, of school", "years", "start", "end", "cash", "card", "paid"]


class Visits(world.World):
    """One owner's table, of which every row keeps the constraints."""

    def attributes(self):
        return SCHEMA

    def write_table(self, site, rows, seed):
        draw = random.Random(seed)
        with self.table(site).open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(COLUMNS)
            for person in range(8 * rows):
                sex = draw.choice(["female", "male"])
                pregnant = "no" if sex == "male" else draw.choice(["no", "no", "yes", ""])
                grade = draw.choices(range(3), weights=[5, 3, 1])[0]
                start = draw.randrange(29)
                cash, card = draw.randrange(1000), draw.randrange(1000)
                out.writerow([f"REAL-{person}", sex, pregnant, GRADES[grade], grade + 1, start,
                              draw.randrange(start + 1, 30), cash / 100, card / 100, (cash + card) / 100])


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = Visits(trust="central", epsilon=3)
        cls.out = cls.world.root / "run"
        done = cls.world.run("run")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def draw(self, *more, rows=1000, source=None, name="rows.csv"):
        file = self.world.root / name
        done = world.command("fedloom", "sample", source or self.out, "-n", rows, "-o", file, "--force", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.text = done.stdout
        if name.endswith(".sql"):
            return file.read_text()
        with file.open(newline="") as lines:
            return list(csv.DictReader(lines))

    def keeps_constraints(self, rows):
        for row in rows:
            self.assertFalse(row["sex"] == "male" and row["pregnant"] == "yes", row)
            self.assertEqual(int(row["years"]), GRADES.index(row["grade, of school"]) + 1)
            self.assertLess(int(row["start"]), int(row["end"]))
            self.assertAlmostEqual(float(row["cash"]) + float(row["card"]), float(row["paid"]), delta=1e-9)

    def test_rows_keep_the_constraints_and_have_new_identifiers(self):
        with (self.out / "public" / "synthetic.csv").open(newline="") as lines:
            published = list(csv.DictReader(lines))
        for rows in (published, self.draw(rows=30000)):
            self.keeps_constraints(rows)
            self.assertEqual([row["person"] for row in rows], [str(k + 1) for k in range(len(rows))])
        self.assertIn("yes", {row["pregnant"] for row in published})

    def test_where_keeps_to_all_conditions(self):
        rows = self.draw("--where", "sex=female", "--where", "start>=10", "--where", "years in 1,2")
        self.assertEqual(len(rows), 1000)
        self.keeps_constraints(rows)
        for row in rows:
            self.assertTrue(row["sex"] == "female" and int(row["start"]) >= 10 and row["years"] in "12", row)
        self.assertRegex(self.text, r"rows with sex=female and start>=10 and years in 1,2\n  probability under the model +"
                                    r"[0-9.]+ %, about [0-9]+ rows")
        self.assertIn("effective components", self.text)

    def test_where_says_what_noise_hides(self):
        self.draw("--where", "sex=female", "--where", "start<10", "--where", "paid>=16", "--where", "grade, of school=high")
        self.assertRegex(self.text, "No released answer holds these columns together|Noise alone makes counts of this size|"
                                    "noise of the released count")

    def test_balance_gives_every_value_as_many_rows(self):
        rows = self.draw("--balance", "grade, of school", rows=900)
        self.assertEqual(set(collections.Counter(row["grade, of school"] for row in rows).values()), {300})
        self.keeps_constraints(rows)

    def test_augment_rare_adds_rows(self):
        plain = collections.Counter(row["years"] for row in self.draw("--seed", 3))
        more = collections.Counter(row["years"] for row in self.draw("--seed", 3, "--augment-rare", "years=3:500"))
        self.assertEqual(sum(more.values()), 1500)
        self.assertAlmostEqual(more["3"], plain["3"] + 500, delta=20)

    def test_match_meets_published_shares(self):
        margins = self.world.root / "margins.csv"
        margins.write_text("column,value,share\nsex,female,0.8\nsex,male,0.2\n"
                           "years|start,1..2|0..9,0.5\nyears|start,3|0..9,0.1\nyears|start,1..3|10..29,0.4\n")
        rows = self.draw("--match", margins, rows=20000)
        self.assertIn("margins matched", self.text)
        self.assertAlmostEqual(sum(row["sex"] == "female" for row in rows) / 20000, 0.8, delta=0.01)
        early = [row for row in rows if int(row["start"]) < 10]
        self.assertAlmostEqual(len(early) / 20000, 0.6, delta=0.01)
        self.assertAlmostEqual(sum(row["years"] == "3" for row in early) / 20000, 0.1, delta=0.01)
        self.keeps_constraints(rows)

    def test_json_tells_programs(self):
        file = self.world.root / "facts.json"
        self.draw("--where", "years=3", "--json", file)
        (fact,) = json.loads(file.read_text())["conditions"]
        self.assertEqual(fact["condition"], "years=3")
        self.assertTrue(0 < fact["mass"] < 0.5 and 1 <= fact["effective_components"] <= fact["components"], fact)
        self.assertLess(fact["rows_without_noise"], fact["rows_estimate"])

    def test_a_model_alone_is_enough(self):
        alone = self.world.root / "alone.safetensors"
        alone.write_bytes((self.out / "public" / "model.safetensors").read_bytes())
        rows = self.draw("--where", "years=3", source=alone)
        self.assertEqual({row["years"] for row in rows}, {"3"})
        self.assertIn("of a model alone", self.text)
        self.keeps_constraints(rows)

    def test_sql_reads_into_a_database(self):
        text = self.draw("--format", "sql", "--table", 'my "rows"; DROP', rows=1200, name="rows.sql")
        database = sqlite3.connect(":memory:")
        self.addCleanup(database.close)
        database.executescript(text)
        rows = database.execute('SELECT * FROM "my ""rows""; DROP"').fetchall()
        self.assertEqual(len(rows), 1200)
        self.assertEqual(set(row[3] for row in rows), set(GRADES))
        self.assertIn(None, {row[2] for row in rows})
        self.assertTrue(all(isinstance(row[4], int) and isinstance(row[7], float) for row in rows))
        self.assertIn('"cash" DOUBLE PRECISION NOT NULL', text)

    def test_parquet_holds_the_rows_of_csv(self):
        words = ("fedloom", "sample", self.out, "-n", 900, "--seed", 3)
        parquet, text = self.world.root / "rows.parquet", self.world.root / "same.csv"
        done = world.command(*words, "--format", "parquet", "-o", parquet)
        if done.returncode == 9 and "this build writes no Parquet" in done.stderr:
            self.skipTest("this build has no Arrow")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(parquet.read_bytes()[:4], b"PAR1")
        self.assertEqual(world.command(*words, "-o", text).returncode, 0)
        compared = world.command("fedloom", "evaluate", "--real", parquet, "--synthetic", text, "--schema",
                                 self.out / "public" / "schema.yaml", "--no-detection", "--json")
        self.assertEqual(compared.returncode, 0, compared.stderr)
        (sample,) = json.loads(compared.stdout)["samples"]
        self.assertEqual(sample["rows"], 900)
        self.assertEqual([degree["worst_tv"] for degree in sample["marginals"]], [0, 0, 0], "the same rows")
        sql = self.draw("--format", "sql", "--seed", 3, rows=900, name="same.sql")
        with text.open(newline="") as lines:
            ends = [row["end"] for row in csv.DictReader(lines)]
        self.assertEqual([line.split(", ")[-4] for line in sql.splitlines() if line.startswith("(")], ends)

    def test_replaces_no_file_unless_forced(self):
        rows, facts = self.world.root / "kept.csv", self.world.root / "kept.json"
        words = ("fedloom", "sample", self.out, "-n", 5, "-o", rows)
        for there, option in ((rows, "--output"), (facts, "--json")):
            there.write_text("mine")
            done = world.command(*words, "--json", facts)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(f"the file {there} is there already; choose another {option}, or add --force", done.stderr)
            self.assertEqual(there.read_text(), "mine")
            there.unlink()
        rows.write_text("mine")
        self.assertEqual(world.command(*words, "--json", facts, "--force").returncode, 0)
        self.assertEqual(len(rows.read_text().splitlines()), 6)
        done = world.command("fedloom", "sample", self.out, "-n", 7)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(world.command("fedloom", "sample", self.out, "-n", 7).returncode, 2, "its own name too")

    def refuses(self, code, pattern, *words, source=None):
        done = world.command("fedloom", "sample", source or self.out, "-n", 10, "-o", self.world.root / "no.csv", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertRegex(lines[0], pattern)
        self.assertIn("; ", lines[0])
        self.assertFalse((self.world.root / "no.csv").exists())

    def test_refuses_wrong_options(self):
        self.refuses(2, "no column 'age'; name one of its columns: sex", "--where", "age>=5")
        self.refuses(2, "'sex' is no condition; write COLUMN=VALUE", "--where", "sex")
        self.refuses(2, "the column 'sex' has no such value", "--where", "sex=other")
        self.refuses(2, "'start' has 5 inside a bin that ends at 10 and begins at 0", "--where", "start<5")
        self.refuses(2, "'sex' has categories and no numbers", "--where", "sex>3")
        self.refuses(2, "'cash' holds reals", "--where", "cash=3")
        self.refuses(2, "no probability to rows with sex=male and pregnant=yes", "--where", "sex=male", "--where", "pregnant=yes")
        self.refuses(2, "no column 'grade'", "--balance", "grade")
        self.refuses(2, "'years=3' is not COLUMN=VALUE:N", "--augment-rare", "years=3")
        self.refuses(2, "'years=3:none' is not COLUMN=VALUE:N", "--augment-rare", "years=3:none")
        self.refuses(2, "--format", "--format", "xlsx")
        self.refuses(2, "--table", "--format", "sql", "--table", "")

    def test_refuses_wrong_margins(self):
        file = self.world.root / "wrong.csv"
        for text, pattern in [("sex,share\n", ":1: the header is not column,value,share"),
                              ("column,value,share\n", "there are no shares"),
                              ("column,value,share\nsex,female\n", ":2: the line does not have three fields"),
                              ("column,value,share\nsxe,female,1\n", ":2: there is no column 'sxe'"),
                              ("column,value,share\nsex,man,1\n", ":2: the column 'sex' has no such value"),
                              ("column,value,share\nsex,male,-1\n", ":2: the share is no number of at least 0"),
                              ("column,value,share\nsex,male,1\nsex,male,0\n", ":3: the value has a share already"),
                              ("column,value,share\nsex|years,male,1\n", ":2: there are not as many values as columns"),
                              ("column,value,share\nsex,male,0.5\n", "the shares of sex sum to 0.5 and not to 1"),
                              ("column,value,share\nsex|pregnant,male|yes,1\n", "gives no probability to a value")]:
            file.write_text(text)
            self.refuses(3, pattern, "--match", file)
        self.refuses(3, "cannot be read", "--match", self.world.root / "none.csv")

    def test_refuses_a_damaged_model(self):
        bad = self.world.root / "bad.safetensors"
        good = bytearray((self.out / "public" / "model.safetensors").read_bytes())
        good[-1] ^= 1
        bad.write_bytes(good)
        self.refuses(3, "bad.safetensors: the weights were changed: wrong sha256", source=bad)
        bad.write_bytes(b"PK\x03\x04")
        self.refuses(3, "the file is too short", source=bad)
        self.refuses(3, "newer|version 9", source=self.renumbered(good))

    def renumbered(self, good):
        good[-1] ^= 1
        file = self.world.root / "newer.safetensors"
        file.write_bytes(bytes(good).replace(b'"format_version":"2"', b'"format_version":"9"'))
        return file


if __name__ == "__main__":
    unittest.main()
