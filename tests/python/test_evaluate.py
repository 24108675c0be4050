"""fedloom.evaluate: the figures of `fedloom evaluate --json`, of files and of values; private, and told so."""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import fedloom

import package
import world

SECRET = "8647"
SCHEMA = """version: 1
attributes:
  - {name: person, role: id}
  - {name: colour, type: categorical, values: [red, blue, "a, \\"b\\""], missing: ["", "?"]}
  - {name: size, type: integer, min: 0, max: 19, width: 5, outside: refuse, missing: true}
  - {name: weight, type: real, min: 0, max: 10, width: 2.5, missing: true}
  - {name: seen, type: date, format: "%d.%m.%Y", from: 01.01.2020, to: 31.12.2020, step: month}
  - {name: year, type: integer, column: born, part: year, min: 1950, max: 1999, width: 10}
  - {name: smokes, type: categorical, values: ["False", "True"]}
  - {name: answer, type: categorical, values: ["no", "yes"]}
"""
TABLES = """
import fedloom, numpy
draw = numpy.random.default_rng(1)
def table(rows):
    return {name: draw.integers(0, 8, rows) for name in "abcdefghijklmnop"}
real, synthetic = table(100_000), table(100_000)
"""


def values(rows, seed):
    """Columns as Python has them; None: missing."""
    draw = random.Random(seed)
    table = {name: [] for name in ("colour", "size", "weight", "seen", "born", "smokes", "answer")}
    for _ in range(rows):
        size = None if draw.random() < 0.1 else draw.randrange(20)
        table["colour"].append(None if draw.random() < 0.1 else draw.choice(["red", "blue", 'a, "b"']))
        table["size"].append(size)
        table["weight"].append(None if draw.random() < 0.1 else round(draw.uniform(0, 10), 3))
        table["seen"].append(np.datetime64("2020-01-01") + draw.randrange(366))
        table["born"].append(np.datetime64("1950-01-01") + draw.randrange(18000))
        table["smokes"].append(draw.random() < 0.3)
        table["answer"].append("yes" if ((size or 0) >= 10) != (draw.random() < 0.2) else "no")
    return table


def text_of(name, value):
    if value is None:
        return ""
    if name == "seen":
        return value.item().strftime("%d.%m.%Y")
    return value if isinstance(value, str) else str(value)


def as_synthetic(table):
    """Rows that Fedloom wrote have the derived column under its own name."""
    table = dict(table)
    born = table.pop("born")
    table["year"] = [moment.item().year for moment in born]
    return table


class Evaluate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.schema = self.folder / "small.schema.yaml"
        self.schema.write_text(SCHEMA)
        self.real, self.synthetic = values(600, 1), as_synthetic(values(400, 2))
        self.real_file, self.synthetic_file = self.file("real", self.real), self.file("synthetic", self.synthetic)

    def file(self, name, table):
        file = self.folder / f"{name}.csv"
        rows = [",".join(table)]
        for row in zip(*table.values()):
            texts = [text_of(column, value) for column, value in zip(table, row)]
            rows.append(",".join('"' + text.replace('"', '""') + '"' for text in texts))
        file.write_text("\n".join(rows) + "\n")
        return file

    def told(self, *more, real=None):
        words = ["fedloom", "evaluate", "--synthetic", self.synthetic_file, "--schema", self.schema, "--json", *more]
        for table in real or [self.real_file]:
            words += ["--real", table]
        return package.json_of(world.command(*words))

    def test_of_files_it_is_what_the_program_tells(self):
        words = ["--target", "answer", "--protected", "colour", "--subgroup", "smokes", "--degree", 2, "--no-detection"]
        found = fedloom.evaluate(self.real_file, self.synthetic_file, self.schema, target="answer", protected="colour",
                                 subgroups=["smokes"], degree=2, detection=False)
        self.assertEqual(dict(found), self.told(*words))
        self.assertEqual(dict(fedloom.evaluate(real=[self.real_file], synthetic={"synthetic": str(self.synthetic_file)},
                                               schema=fedloom.load_schema(self.schema))), self.told())

    def test_of_several_sites_and_samples_it_is_what_the_program_tells(self):
        other = self.file("south", values(300, 5))
        found = fedloom.evaluate({"north": self.real_file, "south": other},
                                 {"one": self.synthetic_file, "two": as_synthetic(values(200, 9))}, self.schema)
        second = self.file("two", as_synthetic(values(200, 9)))
        told = package.json_of(world.command(
            "fedloom", "evaluate", "--schema", self.schema, "--json", "--real", f"north={self.real_file}", "--real",
            f"south={other}", "--synthetic", f"one={self.synthetic_file}", "--synthetic", f"two={second}"))
        self.assertEqual(dict(found), told)
        self.assertEqual({site["site"] for site in found["sites"]}, {"north", "south"})

    def test_of_values_it_is_that_of_the_file_with_the_same_values(self):
        told = self.told("--target", "answer", "--test", self.real_file)
        for real, synthetic in self.forms():
            found = fedloom.evaluate(real, synthetic, self.schema, target="answer", test=real)
            self.assertEqual(dict(found), told)

    def forms(self):
        yield self.real, self.synthetic
        yield self.arrays(self.real), self.arrays(self.synthetic)
        if package.HAS_PANDAS:
            import pandas
            yield pandas.DataFrame(self.real), pandas.DataFrame(self.synthetic)
            yield self.typed(self.real), self.typed(self.synthetic)
            yield (pandas.read_csv(self.real_file, dtype=str, keep_default_na=False),
                   pandas.read_csv(self.synthetic_file))

    def arrays(self, table):
        """Of NumPy, masked where values are missing; what lies below the mask counts for nothing."""
        out = {}
        for name, column in table.items():
            missing = [value is None for value in column]
            filled = [{"colour": "red", "size": 3, "weight": 9.5}[name] if value is None else value for value in column]
            out[name] = np.ma.MaskedArray(filled, missing) if any(missing) else np.array(filled)
        return out

    def typed(self, table):
        """Of pandas' own kinds."""
        import pandas
        frame = pandas.DataFrame({name: pandas.Series(column) for name, column in table.items()})
        kinds = {"colour": "category", "size": "Int64", "answer": "string", "smokes": "boolean", "weight": "Float64"}
        return frame.astype({name: kind for name, kind in kinds.items() if name in frame})

    def test_truth_values_are_written_as_the_schema_has_them(self):
        for words in (("false", "true"), ("0", "1")):
            schema = self.folder / "truth.schema.yaml"
            schema.write_text(f'version: 1\nattributes:\n  - {{name: smokes, type: categorical, values: ["{words[0]}", "{words[1]}"]}}\n')
            found = fedloom.evaluate({"smokes": [True, False, True]}, {"smokes": [words[1], words[0], words[1]]}, schema,
                                     detection=False)
            self.assertEqual(found["samples"][0]["marginals"][0]["mean_l1"], 0)

    def test_parquet_is_read_by_pyarrow_or_refused_without_it(self):
        file = self.folder / "real.parquet"
        if not package.has("pyarrow") or not package.HAS_PANDAS:
            with self.assertRaisesRegex(fedloom.EnvironmentError, "install them .*, or name a CSV file"):
                fedloom.evaluate(file, self.synthetic, self.schema)
            self.skipTest("pyarrow is not installed for this Python: only the refusal was tested")
        self.typed(self.real).drop(columns="smokes").assign(smokes=[str(value) for value in self.real["smokes"]],
                                                            more=1).to_parquet(file)
        found = fedloom.evaluate(file, self.synthetic, self.schema)
        self.assertEqual(dict(found), self.told())
        self.assertEqual(dict(fedloom.evaluate(f"parquet:{file}", self.synthetic, self.schema)), dict(found))
        file.write_bytes(b"PAR1 and no more")
        with self.assertRaisesRegex(fedloom.DataError, "real.parquet: the table cannot be read"):
            fedloom.evaluate(file, self.synthetic, self.schema)
        with self.assertRaisesRegex(fedloom.DataError, "there is no such table"):
            fedloom.evaluate("/nowhere/x.parquet", self.synthetic, self.schema)

    def test_the_result_says_that_it_is_private(self):
        found = fedloom.evaluate(self.real, self.synthetic, self.schema, degree=1, detection=False)
        self.assertEqual(next(iter(found)), "private")
        for words in (found.private, str(found).splitlines()[0], repr(found), json.dumps(found), fedloom.evaluate.__doc__):
            self.assertIn("PRIVATE", words)
        self.assertIn("marginals", found["samples"][0])

    def test_values_are_written_to_no_file(self):
        code = f"""
import fedloom, numpy, resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # whoever writes into a file is ended
table = dict(a=numpy.arange(3000) % 8, b=["x", None, "y"] * 1000)
print(len(fedloom.evaluate(table, table, {str(self.folder / "two.yaml")!r}, target="a=1")["samples"]))
"""
        (self.folder / "two.yaml").write_text("version: 1\nattributes:\n  - {name: a, type: coded, size: 8}\n"
                                              "  - {name: b, type: categorical, values: [x, y], missing: true}\n")
        done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"), done.stderr)

    def test_a_value_outside_the_schema_is_named_without_itself(self):
        for column, value in (("colour", SECRET), ("size", 8647), ("weight", float("inf")), ("seen", "8647"),
                              ("size", 8.647)):
            with self.subTest(column):
                wrong = {**self.real, column: [*self.real[column][:7], value, *self.real[column][8:]]}
                with self.assertRaises(fedloom.DataError) as caught:
                    fedloom.evaluate(wrong, self.synthetic, self.schema)
                self.assertIn("real:8", str(caught.exception))
                self.assertIn(f"'{column}'", str(caught.exception))
                self.assertNotIn("8647", str(caught.exception))

    def test_wrong_tables_are_refused(self):
        for wrong, kind, words in (
                ({key: column for key, column in self.real.items() if key != "size"}, fedloom.DataError, "no column 'size'"),
                ({**self.real, "size": self.real["size"][:-1]}, fedloom.DataError, "'size' has another length"),
                ({**self.real, "size": np.zeros((600, 2))}, fedloom.UsageError, "2 dimensions"),
                ({**self.real, "size": np.zeros(600, dtype=complex)}, fedloom.UsageError, "complex"),
                ([], fedloom.UsageError, "no real rows"),
                ([3], fedloom.UsageError, "is no table"),
                ("/nowhere/x.csv", fedloom.DataError, "no such table"),
                ({name: column[:0] for name, column in self.real.items()}, fedloom.DataError, "no rows")):
            with self.subTest(words), self.assertRaisesRegex(kind, words):
                fedloom.evaluate(wrong, self.synthetic, self.schema)
        with self.assertRaisesRegex(fedloom.UsageError, "no schema"):
            fedloom.evaluate(self.real, self.synthetic)

    def test_bad_options_get_the_programs_sentence(self):
        for words, asked in ((["--target", "age"], {"target": "age"}), (["--target", "size"], {"target": "size"}),
                             (["--subgroup", "age"], {"subgroups": "age"}),
                             (["--protected", "colour"], {"protected": ["colour"]}),
                             (["--target", "answer=perhaps"], {"target": "answer=perhaps"})):
            said = world.command("fedloom", "evaluate", "--real", self.real_file, "--synthetic", self.synthetic_file,
                                 "--schema", self.schema, *words)
            with self.assertRaises(fedloom.UsageError) as caught:
                fedloom.evaluate(self.real_file, self.synthetic_file, self.schema, **asked)
            self.assertEqual(str(caught.exception), package.sentence_of(said))
        with self.assertRaisesRegex(fedloom.UsageError, "no learner 'oracle'"):
            fedloom.evaluate(self.real, self.synthetic, self.schema, target="answer", learners="oracle")
        with self.assertRaisesRegex(fedloom.UsageError, "degree"):
            fedloom.evaluate(self.real, self.synthetic, self.schema, degree=4)

    def test_ctrl_c_ends_a_long_evaluation(self):
        wide = self.folder / "wide.schema.yaml"
        wide.write_text("version: 1\nattributes:\n" +
                        "".join(f"  - {{name: {name}, type: coded, size: 8}}\n" for name in "abcdefghijklmnop"))
        package.ends_early(self, TABLES, f"fedloom.evaluate(real, synthetic, {str(wide)!r}, target='a=1')")


if __name__ == "__main__":
    unittest.main()
