"""The checker passes a whole table and finds fields without a source."""
import unittest

import check_provenance
import trees

GOOD = {
    "src/report/facts.hpp": "struct RunFacts {\n  std::string name, trust;\n  double epsilon = 0, delta{};  ///< spent; of a run\n"
                            "  std::optional<std::map<int, double>> rows, more;\n  bool operator==(const RunFacts&) const;\n};\n",
    "include/fedloom/live/facts.hpp": "struct RoundFacts {\n  std::uint32_t round = 0;\n};\n",
    "docs/reports.md": "| struct | field | source |\n|---|---|---|\n| `report::RunFacts` | name, trust, epsilon, delta | `ledger.json` |\n"
                       "| | rows, more | `measurements.jsonl` |\n| `live::RoundFacts` | round | the coordinator's clock |\n",
}


def faults_of(changes):
    return trees.faults_of(check_provenance.faults, {**GOOD, **changes})


class Provenance(unittest.TestCase):
    def test_a_whole_table_passes(self):
        self.assertEqual(faults_of({}), [])

    def test_a_field_that_nothing_is_said_of(self):
        more = GOOD["include/fedloom/live/facts.hpp"].replace("};", "  double real_rows = 0;\n};")
        self.assertEqual(faults_of({"include/fedloom/live/facts.hpp": more}),
                         ["docs/reports.md: says nothing of where live::RoundFacts::real_rows comes from"])

    def test_a_struct_that_nothing_is_said_of(self):
        self.assertEqual(len(faults_of({"src/report/new.hpp": "struct Site {\n  std::uint64_t rows = 0;\n};\n"})), 1)

    def test_a_field_that_is_gone(self):
        table = GOOD["docs/reports.md"].replace("rows, more", "rows, more, much")
        self.assertEqual(len(faults_of({"docs/reports.md": table})), 1)

    def test_a_source_that_is_no_released_file(self):
        table = GOOD["docs/reports.md"].replace("`measurements.jsonl`", "the sites' tables")
        self.assertEqual(len(faults_of({"docs/reports.md": table})), 2)

    def test_a_tree_without_structs(self):
        self.assertIn("no struct was found that a page is drawn from",
                      faults_of({"src/report/facts.hpp": "", "include/fedloom/live/facts.hpp": ""}))


if __name__ == "__main__":
    unittest.main()
