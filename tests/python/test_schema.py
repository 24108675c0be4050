"""fedloom.load_schema: kinds, categories, labels; and what it refuses."""

import pathlib
import tempfile
import unittest

import fedloom

import package
import world

ADULT = world.CONFIGS / "adult.schema.yaml"


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name) / "visits.schema.yaml"
        cls.file.write_text("version: 1\nattributes:\n" + package.Visits.attributes(None))
        cls.schema = fedloom.load_schema(cls.file)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_names_kinds_and_identifiers(self):
        self.assertEqual(self.schema.ids, ["person"])
        self.assertEqual(self.schema.kinds, {
            "sex": "categorical", "pregnant": "categorical", "grade, of school": "categorical", "years": "integer",
            "start": "integer", "end": "integer", "cash": "real", "card": "real", "paid": "real", "seen": "date",
            "born": "date", "birth_year": "integer", "at": "datetime", "ward": "coded", "weight": "real", "visits": "integer"})
        self.assertEqual(self.schema.names, list(self.schema.kinds))
        self.assertEqual(len(self.schema.constraints), 4)
        self.assertIn("ward", self.schema)
        self.assertNotIn("person", self.schema)

    def test_categories_labels_and_edges(self):
        self.assertEqual(self.schema.categories["sex"], ("female", "male"))
        self.assertEqual(self.schema["pregnant"].labels, ("no", "yes", "missing"))
        self.assertTrue(self.schema["pregnant"].missing)
        self.assertEqual(self.schema["start"].size, 3)
        self.assertEqual(self.schema["start"].edges.tolist(), [0, 10, 20, 29])
        self.assertIsNone(self.schema["sex"].edges)
        self.assertEqual(self.schema["sex"].sources, ("sex",))
        self.assertEqual(self.schema["birth_year"].sources, ("born",))

    def test_of_the_bundled_trial(self):
        adult = fedloom.load_schema(ADULT)
        self.assertEqual(adult["income"].categories, ("<=50K", ">50K"))
        self.assertEqual(fedloom.load_schema(str(ADULT)).hash, adult.hash)
        self.assertIn("attributes:", adult.yaml())

    def refused(self, text):
        file = pathlib.Path(self.folder.name) / "wrong.schema.yaml"
        file.write_text(text)
        said = world.command("fedloom", "schema", "check", file)
        with self.assertRaises(fedloom.ConfigError) as caught:
            fedloom.load_schema(file)
        self.assertEqual(said.returncode, caught.exception.code)
        self.assertEqual(str(caught.exception), package.sentence_of(said))
        self.assertIn("wrong.schema.yaml:", str(caught.exception))

    def test_a_wrong_file_is_refused_with_the_programs_sentence(self):
        self.refused("version: 1\nattributes:\n  - {name: a, type: categorical, valeus: [x, y]}\n")
        self.refused("version: 1\nattributes:\n  - {name: a, type: integer, min: 5, max: 1}\n")
        self.refused("nothing")
        with self.assertRaises(fedloom.Error) as caught:
            fedloom.load_schema("/nowhere/x.yaml")
        self.assertIn("/nowhere/x.yaml", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
