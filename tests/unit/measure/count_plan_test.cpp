#include "count_plan.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tables.hpp"

namespace fedloom::measure {
namespace {

std::set<Solo::Way> ways_of(const CountPlan& plan) {
  std::set<Solo::Way> ways;
  for (const auto& solo : plan.solos) ways.insert(solo.way);
  return ways;
}

TEST(CountPlan, HasEachMarginalOnce) {
  const auto table = test::mixed_table(40'000);
  auto marginals = test::marginals_up_to(table.domain().dimensions(), 2);
  marginals.erase(marginals.begin());
  for (const auto isa : {Isa::portable, Isa::avx512}) {
    const auto plan = plan_counts(table, marginals, isa);
    std::vector<int> found(marginals.size());
    for (const auto& solo : plan.solos) ++found[solo.marginal];
    for (const auto& joint : plan.joints)
      for (const auto covered : joint.covers) ++found[covered];
    EXPECT_EQ(found, std::vector<int>(marginals.size(), 1));
  }
}

TEST(CountPlan, FindsAUseForEachWayOfCounting) {
  const auto table = test::mixed_table(40'000);
  const auto plan = plan_counts(table, schema::all_marginals(table.domain().dimensions(), 2), Isa::avx512);
  EXPECT_EQ(ways_of(plan), (std::set{Solo::Way::bits, Solo::Way::off_common, Solo::Way::direct}));
  EXPECT_FALSE(plan.joints.empty());
}

TEST(CountPlan, CountsTriplesOfNarrowColumnsByBitmaps) {
  const auto table = test::skewed_table({3, 2, 4}, 40'000);
  const auto plan = plan_counts(table, {schema::Marginal({0, 1, 2})}, Isa::avx512);
  EXPECT_EQ(ways_of(plan), std::set{Solo::Way::bits});
}

}  // namespace
}  // namespace fedloom::measure
