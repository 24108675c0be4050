#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "laboratory.hpp"

namespace fedloom::fault {
namespace {

TEST(RandomSchedules, run) {
  Tally tally;
  Tally outcomes;
  const char* first = std::getenv("FEDLOOM_FAULT_SEED");
  const char* count = std::getenv("FEDLOOM_FAULT_SCHEDULES");
  const std::uint64_t from = first ? std::strtoull(first, nullptr, 10) : 1;
  const std::uint64_t n = count ? std::strtoull(count, nullptr, 10) : 1;
  for (std::uint64_t seed = from; seed < from + n; ++seed) {
    Laboratory lab(random_schedule(seed), tally);
    lab.run();
    ++outcomes[lab.outcome()];
    for (const auto& v : lab.witness().violations()) ADD_FAILURE() << "seed " << seed << ": " << name_of(v.rule) << ": " << v.what;
  }
  for (const auto& [k, v] : outcomes) std::cout << v << "\t" << k << "\n";
  for (const auto& [k, v] : tally) std::cout << v << "\t" << k << "\n";
}

}  // namespace
}  // namespace fedloom::fault
