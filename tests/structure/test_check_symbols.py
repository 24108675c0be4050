"""The symbol check finds each fault, and takes silence for no proof."""
import unittest

import check_symbols

COORDINATOR = {"base", "coordinator", "train"}
SITE = {"base", "data", "measure", "site"}
FEDLOOM = {"base", "evaluate"}


class CheckSymbols(unittest.TestCase):
    def test_separate_programs_have_no_fault(self):
        self.assertEqual(list(check_symbols.faults(COORDINATOR, SITE, FEDLOOM)), [])

    def test_row_code_in_the_coordinator_is_found(self):
        for name in check_symbols.ROW_CODE:
            found = list(check_symbols.faults(COORDINATOR | {name}, SITE, FEDLOOM))
            self.assertEqual(len(found), 1)
            self.assertIn(f"fedloom::{name},", found[0])

    def test_a_search_that_finds_nothing_is_a_fault(self):
        self.assertEqual(len(list(check_symbols.faults(set(), set(), set()))), 5)


if __name__ == "__main__":
    unittest.main()
