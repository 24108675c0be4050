"""The checker passes a whole reference and finds what is missing from a broken one."""
import json
import unittest

import check_reference
import trees

SCHEMA = {"properties": {"version": {}, "privacy": {"properties": {"epsilon": {}}},
                         "attributes": {"items": {"properties": {"name": {}}}}}}
GOOD = {
    "src/config/schemas/experiment.schema.json": json.dumps(SCHEMA),
    "docs/configuration.md": "```yaml\nversion: 1\nprivacy: {epsilon: 1}\n```\nand `attributes`, each with a `name`.\n",
    "include/fedloom/base/error.hpp": "enum {\n  ok = 0,\n  usage = 2,  ///< wrong words\n  audit = 11  ///< a finding\n};\n",
    "docs/errors.md": "| 0 | ok | done |\n| 2 | usage | wrong words |\n| 11 | audit | a finding |\n",
}


def faults_of(changes):
    return trees.faults_of(check_reference.faults, {**GOOD, **changes})


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
        rest = {name: text for name, text in GOOD.items() if not name.endswith(".schema.json")}
        self.assertEqual(len(trees.faults_of(check_reference.faults, rest)), 1)

    def test_an_exit_code_without_tests(self):
        tests = {"tests/unit/apps/program_test.cpp": "{2, [] { throw UsageError(); }},\n{11, [] { throw AuditError(); }}",
                 "tests/e2e/test_x.py": "self.fails(2, 'words')\nself.assertEqual(done.returncode, 11)\n"}
        for name, number, fewer in (("none", None, 0), ("unit", "11", 1), ("e2e", "11", 1)):
            changed = {file: text.replace(number, "3") if number and name in file else text for file, text in tests.items()}
            found = trees.faults_of(check_reference.untested_codes, {**GOOD, **changed})
            self.assertEqual(len(found), fewer, found)


if __name__ == "__main__":
    unittest.main()
