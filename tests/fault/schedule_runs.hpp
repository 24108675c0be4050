#pragma once
// Running schedules in tests: what was broken is told with the seed, and how to see it again.

#include <gtest/gtest.h>

#include "laboratory.hpp"

namespace fedloom::fault {

inline void expect_no_rule_broken(const Laboratory& lab) {
  for (const Violation& broken : lab.witness().violations()) {
    ADD_FAILURE() << "schedule " << lab.schedule().seed << " breaks '" << name_of(broken.rule) << "': " << broken.what;
  }
}

/// `outcome` without names and numbers, so that outcomes can be counted.
std::string kind_of(const std::string& outcome);

}  // namespace fedloom::fault
