"""Models and rows from Python: the rows of `fedloom sample`, exact marginals, conditions, and what is refused."""

import json
import struct
import unittest
import warnings

import numpy as np

import fedloom

import package
import world

class OfVisits(unittest.TestCase):
    """Of a run with columns of every kind and constraints."""

    @classmethod
    def setUpClass(cls):
        cls.world = package.Visits(trust="central", epsilon=3)
        cls.out = cls.world.root / "run"
        done = cls.world.run("run")
        assert done.returncode == 0, done.stderr
        cls.model = fedloom.load_model(cls.out)
        cls.frames = [False] + ([True] if package.HAS_PANDAS else [])

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def same_rows(self, words, source=None, n=2000, **asked):
        """As the program writes with the same seed."""
        file = self.world.root / "rows.csv"
        done = world.command("fedloom", "sample", source or self.out, "-n", n, "-o", file, "--force", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = package.lines_of(file)
        for frame in self.frames:
            rows = fedloom.sample(source or self.out, n, as_frame=frame, **asked)
            wanted = package.expected(lines, self.model.schema)
            self.assertEqual(list(rows), list(wanted))
            for name, values in wanted.items():
                got = package.plain(rows[name])
                if self.model.schema.kinds.get(name) == "date" and frame:
                    got = [None if value is None else value.date() for value in got]
                self.assertEqual(got, values, name)
        return lines

    def test_rows_are_those_of_the_program(self):
        rows = self.same_rows([])
        self.assertEqual(len(rows), 2000)
        self.assertIn("", {row["pregnant"] for row in rows})
        self.assertIn("", {row["seen"] for row in rows})
        for row in self.same_rows(["--seed", 9], seed=9):
            self.assertEqual(row["born"][-4:], row["birth_year"])

    def test_rows_under_conditions_are_those_of_the_program(self):
        self.same_rows(["--where", "sex=female", "--where", "start>=10"], where=["sex=female", "start>=10"])
        self.same_rows(["--where", "sex in female,male", "--seed", 4], where="sex in female,male", seed=4)
        self.same_rows(["--balance", "years"], balance="years")
        self.same_rows(["--augment-rare", "years=3:70", "--augment-rare", "ward=2:30"],
                       augment_rare={"years=3": 70, "ward=2": 30})

    def test_margins_of_a_mapping_are_those_of_a_file(self):
        shares = {"sex": {"female": 0.7, "male": 0.3}, ("years", "ward"): {
            (year, ward): 1 / 12 for year in (1, 2, 3) for ward in range(4)}}
        file = self.world.root / "shares.csv"
        file.write_text("column,value,share\nsex,female,0.7\nsex,male,0.3\n" + "".join(
            f"years|ward,{year}|{ward},{1 / 12!r}\n" for year in (1, 2, 3) for ward in range(4)))
        self.same_rows(["--match", file], match=shares)
        self.same_rows(["--match", file], match=file)
        rows = self.model.sample(10000, match=shares, as_frame=False)
        self.assertAlmostEqual(float(np.mean(rows["sex"] == "female")), 0.7, delta=0.001)

    def test_a_model_alone_gives_the_rows_of_the_program(self):
        alone = self.world.root / "alone.safetensors"
        alone.write_bytes((self.out / "public" / "model.safetensors").read_bytes())
        self.same_rows([], source=alone)
        self.assertEqual(fedloom.load_model(alone).seed, 1)

    def test_all_rows_hold_the_conditions(self):
        rows = self.model.sample(5000, where=["sex=female", "paid>=8", "pregnant in yes,missing"], as_frame=False)
        self.assertEqual(set(rows["sex"]), {"female"})
        self.assertGreaterEqual(rows["paid"].min(), 8)
        self.assertEqual(set(rows["pregnant"].compressed()), {"yes"})
        self.assertTrue(np.ma.getmaskarray(rows["pregnant"]).any())

    def test_arrays_have_types(self):
        rows = self.model.sample(500, as_frame=False)
        kinds = {name: column.dtype.kind for name, column in rows.items()}
        self.assertEqual(kinds["person"], "U")  # it has a pattern
        self.assertEqual({kinds[name] for name in ("years", "ward", "visits")}, {"i"})
        self.assertEqual({kinds[name] for name in ("cash", "weight")}, {"f"})
        self.assertEqual(kinds["sex"], "U")
        self.assertEqual([rows[name].dtype.str for name in ("seen", "born", "at")], ["<M8[D]", "<M8[D]", "<M8[s]"])
        masked = {name for name, column in rows.items() if isinstance(column, np.ma.MaskedArray)}
        self.assertEqual(masked, {name for name in self.model.schema if self.model.schema[name].missing})

    @package.needs_pandas
    def test_frames_have_types(self):
        import pandas
        rows = self.model.sample(500)
        self.assertIsInstance(rows, pandas.DataFrame)
        self.assertEqual(list(rows["sex"].cat.categories), ["female", "male"])
        self.assertEqual(str(rows["visits"].dtype), "Int64")
        self.assertEqual(str(rows["years"].dtype), "int64")
        self.assertEqual(rows["seen"].dtype.kind, "M")
        self.assertTrue(rows["pregnant"].isna().any() and rows["weight"].isna().any() and rows["visits"].isna().any())

    def test_what_is_known_of_a_condition_is_what_the_program_tells(self):
        file = self.world.root / "facts.json"
        where = ["years=3", "start>=20"]
        done = world.command("fedloom", "sample", self.out, "-n", 10, "-o", self.world.root / "few.csv", "--json", file,
                             *[word for condition in where for word in ("--where", condition)])
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(file.read_text())["conditions"][0]
        known = self.model.condition(where)
        self.assertEqual(known.condition, told["condition"])
        for name in ("mass", "effective_components", "components", "sigma", "rows_without_noise"):
            self.assertEqual(getattr(known, name), told.get(name), name)
        self.assertEqual(known.rows, told.get("rows_estimate"))
        self.assertIn(str(known), done.stdout)

    def test_conditional_marginals_are_parts_of_the_joint_ones(self):
        joint = self.model.marginal(["years", "sex"])
        self.assertEqual(joint.shape, (3, 2))
        self.assertAlmostEqual(joint.sum(), 1, places=12)
        np.testing.assert_allclose(joint, self.model.marginal(["sex", "years"]).T, atol=1e-12)
        np.testing.assert_allclose(joint.sum(axis=1), self.model.marginal("years"), atol=1e-9)
        given = self.model.marginal("years", where="sex=male")
        np.testing.assert_allclose(given, joint[:, 1] / joint[:, 1].sum(), atol=1e-9)
        self.assertAlmostEqual(self.model.condition("sex=male").mass, joint[:, 1].sum(), places=9)
        self.assertEqual(self.model.marginal(["sex", "pregnant"])[1, 1], 0, "a constraint forbids it")

    def test_a_warning_where_noise_hides_the_rows(self):
        rare = [condition for condition in (["years=3", "start>=20", "paid>=16", "ward=0"], ["years=3", "paid>=16"])
                if self.model.condition(condition).noise_hides_them]
        frequent = "sex=female"
        self.assertFalse(self.model.condition(frequent).noise_hides_them)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.model.sample(10, where=frequent)
        self.assertTrue(rare, "the toy has no condition that noise hides")
        with self.assertWarnsRegex(fedloom.NoiseWarning, "epsilon does not let one know"):
            self.model.sample(10, where=rare[0])

    def test_what_the_model_tells_of_itself(self):
        self.assertEqual(self.model.privacy["epsilon"], 3)
        self.assertEqual(self.model.components, 20)
        self.assertEqual(self.model.schema.ids, ["person"])
        self.assertEqual(len(self.model.config_hash), 64)
        self.assertEqual(self.model.seed, 6)

    def refused(self, kind, words, **asked):
        """With the sentence of the program."""
        said = world.command("fedloom", "sample", self.out, "-n", 10, "-o", self.world.root / "no.csv", *words)
        with self.assertRaises(kind) as caught:
            self.model.sample(10, **asked)
        self.assertEqual(said.returncode, caught.exception.code, said.stderr)
        self.assertEqual(str(caught.exception), package.sentence_of(said))

    def test_bad_input_gets_the_programs_sentence(self):
        self.refused(fedloom.UsageError, ["--where", "height>=5"], where="height>=5")
        self.refused(fedloom.UsageError, ["--where", "sex=other"], where="sex=other")
        self.refused(fedloom.UsageError, ["--where", "start<5"], where="start<5")
        self.refused(fedloom.UsageError, ["--where", "sex=male", "--where", "pregnant=yes"],
                     where=["sex=male", "pregnant=yes"])
        self.refused(fedloom.UsageError, ["--balance", "grade"], balance="grade")
        self.refused(fedloom.UsageError, ["--augment-rare", "years=3"], augment_rare="years=3")
        file = self.world.root / "wrong.csv"
        file.write_text("column,value,share\nsex,man,1\n")
        self.refused(fedloom.ConfigError, ["--match", file], match=file)
        self.refused(fedloom.ConfigError, ["--match", "/nowhere/x.csv"], match="/nowhere/x.csv")

    def test_bad_input_of_python_is_refused(self):
        for asked in ({"n": 0}, {"n": -1}, {"n": 10**13}, {"n": 5, "seed": -1}, {"n": 5, "seed": 2**64}):
            with self.assertRaises(fedloom.UsageError):
                self.model.sample(**asked)
        for columns in ([], ["sex", "sex"], ["sex", "years", "ward", "visits"], "height"):
            with self.assertRaises(fedloom.UsageError):
                self.model.marginal(columns)
        with self.assertRaisesRegex(fedloom.UsageError, "no condition"):
            self.model.condition([])
        with self.assertRaisesRegex(fedloom.ConfigError, "match:.*sum to 0.7"):
            self.model.sample(5, match={"sex": {"female": 0.7}})
        with self.assertRaises(TypeError):
            self.model.sample("many")

    def test_a_broken_model_file_is_refused(self):
        good = (self.out / "public" / "model.safetensors").read_bytes()
        length = struct.unpack("<Q", good[:8])[0]
        broken = {
            "changed": good[:-1] + bytes([good[-1] ^ 1]),
            "cut": good[:-100],
            "short": b"PK\x03\x04",
            "empty": b"",
            "no header": good[:8] + b"x" * length + good[8 + length:],
            "newer": good.replace(b'"format_version":"2"', b'"format_version":"9"'),
        }
        for name, content in broken.items():
            with self.subTest(name):
                file = self.world.root / "broken.safetensors"
                file.write_bytes(content)
                said = world.command("fedloom", "sample", file, "-n", 1, "-o", self.world.root / "no.csv")
                with self.assertRaises(fedloom.ConfigError) as caught:
                    fedloom.load_model(file)
                self.assertEqual(str(caught.exception), package.sentence_of(said))
                self.assertEqual(said.returncode, 3)

    def test_no_model_there_is_said(self):
        with self.assertRaisesRegex(fedloom.UsageError, "no folder of a finished run"):
            fedloom.load_model(self.world.root)
        with self.assertRaises(fedloom.Error):
            fedloom.load_model(self.world.root / "none")

    def test_ctrl_c_ends_a_long_draw(self):
        package.ends_early(self, f"import fedloom; model = fedloom.load_model({str(self.out)!r})",
                           "model.sample(600_000)")


class OfCodes(unittest.TestCase):
    """Of a run whose model's answers are the softmax of the numbers in its file."""

    @classmethod
    def setUpClass(cls):
        cls.world = world.World(trust="central", epsilon=3)
        done = cls.world.run("run")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.world.remove()

    def components_of_the_file(self):
        """By column, components × codes."""
        data = (self.world.root / "run" / "public" / "model.safetensors").read_bytes()
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + length])
        begin, end = header["logits"]["data_offsets"]
        logits = np.frombuffer(data[8 + length:][begin:end], dtype="<f4").reshape(header["logits"]["shape"])
        blocks, at = {}, 0
        for axis in json.loads(header["__metadata__"]["domain"]):
            block = np.exp(logits[:, at:at + axis["size"]].astype(float))
            blocks[axis["name"]] = block / block.sum(axis=1, keepdims=True)
            at += axis["size"]
        return blocks

    def test_marginals_are_those_of_the_files_numbers(self):
        model = fedloom.load_model(self.world.root / "run")
        blocks = self.components_of_the_file()
        for columns in (["size"], ["colour", "taste"], ["taste", "colour"], ["kind", "size", "colour"]):
            signs = "abc"[:len(columns)]
            formula = ",".join(f"m{sign}" for sign in signs) + "->" + signs
            wanted = np.einsum(formula, *[blocks[name] for name in columns]) / model.components
            np.testing.assert_allclose(model.marginal(columns), wanted, atol=1e-6)

    def test_rows_follow_the_marginals(self):
        model = fedloom.load_model(self.world.root / "run")
        rows = model.sample(200000, as_frame=False)
        found = np.zeros((3, 4))
        np.add.at(found, (rows["colour"], rows["size"]), 1 / 200000)
        np.testing.assert_allclose(found, model.marginal(["colour", "size"]), atol=0.003)


if __name__ == "__main__":
    unittest.main()
