"""The checker passes a whole reference and finds what is missing from a broken one."""
import json
import pathlib
import tempfile
import unittest

import check_reference

SCHEMA = {"properties": {"version": {}, "privacy": {"properties": {"epsilon": {}}},
                         "attributes": {"items": {"properties": {"name": {}}}}}}
GOOD = {
    "src/config/schemas/experiment.schema.json": json.dumps(SCHEMA),
    "docs/configuration.md": "```yaml\nversion: 1\nprivacy: {epsilon: 1}\n```\nand `attributes`, each with a `name`.\n",
    "include/fedloom/base/error.hpp": "enum {\n  ok = 0,\n  usage = 2,  ///< wrong words\n  audit = 11  ///< a finding\n};\n",
    "docs/errors.md": "| 0 | ok | done |\n| 2 | usage | wrong words |\n| 11 | audit | a finding |\n",
}


def faults_of(changes):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**GOOD, **changes}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(check_reference.faults(root))


class Reference(unittest.TestCase):
    def test_a_whole_one_passes(self):
        self.assertEqual(faults_of({}), [])

    def test_a_key_that_nothing_is_said_of(self):
        text = GOOD["docs/configuration.md"]
        self.assertEqual(len(faults_of({"docs/configuration.md": text.replace("epsilon", "budget")})), 1)
        self.assertEqual(len(faults_of({"docs/configuration.md": text.replace("`name`", "name")})), 1)

    def test_exit_codes_that_differ(self):
        table = GOOD["docs/errors.md"]
        self.assertEqual(len(faults_of({"docs/errors.md": table.replace("| 11 |", "| 12 |")})), 2)
        self.assertEqual(len(faults_of({"docs/errors.md": table + "| 13 | luck | none |\n"})), 1)

    def test_a_tree_without_schemas(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in ("docs/configuration.md", "docs/errors.md", "include/fedloom/base/error.hpp"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(GOOD[name], encoding="utf-8")
            self.assertEqual(len(list(check_reference.faults(root))), 1)


if __name__ == "__main__":
    unittest.main()
