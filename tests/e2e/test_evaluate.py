"""fedloom evaluate on small tables: its answers, its warnings, and each way to ask it wrongly."""

import json
import os
import pathlib
import tempfile
import unittest
import unittest.mock

import world

SECRET = "8647"
SCHEMA = """version: 1
attributes:
  - {name: colour, type: categorical, values: [red, blue]}
  - {name: size, type: integer, edges: [0, 1, 2, 3, 4]}
  - {name: answer, type: categorical, values: ["no", "yes"]}
"""


class Evaluate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.schema = self.folder / "small.schema.yaml"
        self.schema.write_text(SCHEMA)
        self.real = self.table("real", 600, 1)
        self.synthetic = self.table("synthetic", 400, 3)

    def table(self, name, rows, step):
        """The answer follows the size but in each tenth row."""
        lines = ["colour,size,answer"]
        for k in range(rows):
            size = k * step % 5
            lines.append(f"{('red', 'blue')[k // 5 % 2]},{size},{('no', 'yes')[(size >= 2) != (k % 10 == 0)]}")
        file = self.folder / f"{name}.csv"
        file.write_text("\n".join(lines) + "\n")
        return file

    def evaluate(self, *more, **environment):
        with unittest.mock.patch.dict(os.environ, environment):
            return world.command("fedloom", "evaluate", "--real", self.real, "--synthetic", self.synthetic, "--schema",
                                 self.schema, *more)

    def told(self, *more, **environment):
        done = self.evaluate(*more, **environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def fails(self, code, sentence, *more, **environment):
        done = self.evaluate(*more, **environment)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(sentence, done.stderr)

    def test_the_first_line_says_that_all_is_private(self):
        for more in ([], ["--json"]):
            first = self.evaluate(*more).stdout.splitlines()[0]
            self.assertRegex(first, "PRIVATE")

    def test_every_figure_is_there(self):
        sample = self.told("--json", "--subgroup", "colour", "--degree", "2")["samples"][0]
        self.assertEqual([found["degree"] for found in sample["marginals"]], [1, 2])
        self.assertEqual({column["column"]: column["shape"] for column in sample["columns"]},
                         {"colour": "TVComplement", "size": "KSComplement", "answer": "TVComplement"})
        self.assertEqual(len(sample["pairs"]), 3)
        self.assertEqual([group["value"] for group in sample["subgroups"]], ["red", "blue"])
        self.assertIn("ratio", sample["propensity"])

    def test_a_task_is_trained_on_synthetic_and_tested_on_held_out_rows(self):
        test = self.table("test", 200, 1)
        told = self.told("--json", "--target", "answer", "--test", test, "--protected", "colour", "--learner", "logistic")
        self.assertEqual((told["task"]["test_rows"], told["task"]["positive"]), (200, "yes"))
        found, = told["samples"][0]["tstr"]
        self.assertGreater(found["auroc"], 0.85)
        self.assertEqual(found["gaps"][0]["column"], "colour")

    def test_several_sites_and_samples_are_shown_apart(self):
        other = self.table("other", 300, 2)
        told = self.told("--json", "--no-detection", "--real", f"south={other}", "--synthetic", f"second={other}")
        self.assertEqual([site["site"] for site in told["sites"]], ["real", "south"] * 2)
        self.assertEqual([sample["name"] for sample in told["samples"]], ["synthetic", "second"])
        self.assertIn("tv_1_way_mean", told["mean_and_ci95"])

    def test_without_lightgbm_it_says_so_and_does_the_rest(self):
        told = self.told("--json", "--target", "answer", FEDLOOM_LIGHTGBM="/nowhere/lib.so")
        self.assertEqual({skipped["what"] for skipped in told["skipped"]}, {"TSTR by boosted trees", "detection"})
        self.assertEqual(len(told["samples"][0]["tstr"]), 1)

    def test_lightgbm_asked_for_by_name_must_be_there(self):
        self.fails(9, "LightGBM's library is not installed", "--target", "answer", "--learner", "trees",
                   FEDLOOM_LIGHTGBM="/nowhere/lib.so")

    def test_a_file_that_is_not_lightgbm_is_named(self):
        self.fails(9, "cannot be loaded", "--target", "answer", "--learner", "trees", FEDLOOM_LIGHTGBM=str(self.schema))

    def test_options_that_ask_for_what_the_schema_has_not_are_refused(self):
        for words in (["--target", "age"], ["--subgroup", "age"], ["--target", "answer", "--protected", "age"]):
            self.fails(2, "names the column 'age', which the schema does not have", *words)
        self.fails(2, "does not have two values", "--target", "size")
        self.fails(2, "names a value that the column 'answer' does not have", "--target", "answer=perhaps")

    def test_options_of_a_task_need_one(self):
        for words in (["--test", self.real], ["--protected", "colour"], ["--learner", "logistic"]):
            self.fails(2, "there is none; add the target, a column", *words)

    def test_words_that_mean_nothing_are_refused(self):
        self.fails(2, "--degree", "--degree", "4")
        self.fails(2, "--learner", "--target", "answer", "--learner", "oracle")

    def test_a_table_that_does_not_fit_is_named_without_its_cells(self):
        self.synthetic.write_text(f"colour,size,answer\nred,1,{SECRET}\n")
        done = self.evaluate()
        self.assertEqual(done.returncode, 4)
        self.assertIn("synthetic.csv:2", done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_a_table_without_rows_is_refused(self):
        self.synthetic.write_text("colour,size,answer\n")
        self.fails(4, "the synthetic table has no rows")


if __name__ == "__main__":
    unittest.main()
