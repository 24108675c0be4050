#include "joint_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tables.hpp"

namespace fedloom::measure {
namespace {

using schema::Domain;
using schema::Marginal;

Domain domain_of(const std::vector<std::uint32_t>& sizes) { return test::skewed_table(sizes, 0).domain(); }

/// As if each were counted in a joint of its own.
std::vector<Joint> joints_of(const std::vector<Marginal>& marginals, const Domain& domain, std::size_t rows) {
  std::vector<JointWish> wishes;
  for (const auto& m : marginals) wishes.push_back({m, joint_cost(m.cells(domain), m.degree(), rows)});
  return plan_joints(wishes, domain, rows);
}

void expect_each_covered_once(const std::vector<Marginal>& marginals, const Domain& domain,
                              const std::vector<Joint>& joints) {
  std::vector<int> covered(marginals.size(), 0);
  for (const auto& joint : joints) {
    std::uint64_t cells = 1;
    for (const auto attribute : joint.attributes) cells *= domain.size(attribute);
    EXPECT_EQ(joint.cells, cells);
    EXPECT_LE(joint.attributes.size(), max_joint_degree);
    EXPECT_TRUE(joint.covers.size() == 1 || joint.cells <= max_joint_cells);
    for (const auto k : joint.covers) {
      ++covered[k];
      for (const auto attribute : marginals[k])
        EXPECT_NE(std::find(joint.attributes.begin(), joint.attributes.end(), attribute), joint.attributes.end());
    }
  }
  EXPECT_EQ(std::count(covered.begin(), covered.end(), 1), static_cast<std::ptrdiff_t>(marginals.size()));
}

TEST(JointPlan, CoversEachMarginalOnceInsideItsJoint) {
  const auto domain = domain_of({32, 9, 32, 300, 2, 7, 70'000, 5});
  auto marginals = test::marginals_up_to(8, 3);
  marginals.erase(marginals.begin());
  std::erase_if(marginals, [&](const Marginal& m) { return m.cells(domain) > 10'000'000; });
  expect_each_covered_once(marginals, domain, joints_of(marginals, domain, 50'000));
}

TEST(JointPlan, CountsManyPairsOfModerateColumnsInFewPasses) {
  const auto domain = domain_of({32, 9, 32, 16, 16, 7, 15, 6, 5, 2, 32, 32, 32, 42, 2});
  const auto pairs = schema::all_marginals(15, 2);
  const auto joints = joints_of(pairs, domain, 48'842);
  expect_each_covered_once(pairs, domain, joints);
  EXPECT_LE(joints.size(), 40U);
}

TEST(JointPlan, DoesNotJoinWhereRowsAreFewerThanCells) {
  const auto domain = domain_of({32, 32, 32});
  EXPECT_EQ(joints_of(schema::all_marginals(3, 2), domain, 50).size(), 3U);
}

}  // namespace
}  // namespace fedloom::measure
