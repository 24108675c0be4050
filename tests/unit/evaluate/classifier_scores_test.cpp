#include "classifier_scores.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fedloom::evaluate {
namespace {

TEST(Auroc, IsTheShareOfPairsInTheRightOrder) {
  // Ones at 0.8 and 0.4, zeros at 0.6, 0.4 and 0.1: 3 + (1/2 + 1) of 6 pairs.
  EXPECT_DOUBLE_EQ(auroc({0.8, 0.4, 0.6, 0.4, 0.1}, {1, 1, 0, 0, 0}), 4.5 / 6);
  EXPECT_DOUBLE_EQ(auroc({0.9, 0.1}, {1, 0}), 1);
  EXPECT_DOUBLE_EQ(auroc({0.1, 0.9}, {1, 0}), 0);
  EXPECT_DOUBLE_EQ(auroc({0.5, 0.5, 0.5}, {1, 0, 0}), 0.5);
}

TEST(Auroc, IsUndefinedWithOneClass) { EXPECT_TRUE(std::isnan(auroc({0.1, 0.2}, {1, 1}))); }

TEST(Auprc, IsTheAveragePrecision) {
  // Thresholds from above: (1 of 1), (1 of 2), (2 of 3): recall rises at the first and the last.
  EXPECT_DOUBLE_EQ(auprc({0.9, 0.8, 0.7}, {1, 0, 1}), 0.5 * 1 + 0.5 * (2.0 / 3));
  EXPECT_DOUBLE_EQ(auprc({0.5, 0.5, 0.5, 0.5}, {1, 0, 0, 0}), 0.25);
}

TEST(Accuracy, SaysYesFromOneHalfOn) { EXPECT_DOUBLE_EQ(accuracy({0.5, 0.49, 0.9, 0.1}, {1, 1, 0, 0}), 0.5); }

TEST(FairnessGap, IsTheSpreadOfSharesOverTheGroups) {
  // 100 rows each; group 0: yes to 60, of 50 ones 50 found; group 1: yes to 20, of 50 ones 10 found.
  std::vector<double> p;
  Labels labels;
  std::vector<std::uint32_t> groups;
  const auto add = [&](int count, bool yes, bool one, std::uint32_t group) {
    p.insert(p.end(), count, yes ? 0.9 : 0.1);
    labels.insert(labels.end(), count, one);
    groups.insert(groups.end(), count, group);
  };
  add(50, true, true, 0);
  add(10, true, false, 0);
  add(40, false, false, 0);
  add(10, true, true, 1);
  add(40, false, true, 1);
  add(10, true, false, 1);
  add(40, false, false, 1);
  const auto gap = fairness_gap(p, labels, groups);
  EXPECT_NEAR(gap.demographic_parity, 0.6 - 0.2, 1e-12);
  EXPECT_NEAR(gap.equal_opportunity, 1.0 - 0.2, 1e-12);
  EXPECT_EQ(gap.groups, 2U);
}

TEST(FairnessGap, LeavesGroupsOutThatAreTooSmallToSay) {
  std::vector<double> p(100, 0.1);
  p.resize(100 + least_group_rows - 1, 0.9);
  std::vector<std::uint32_t> groups(100, 0);
  groups.resize(p.size(), 1);
  const auto gap = fairness_gap(p, Labels(p.size(), 0), groups);
  EXPECT_DOUBLE_EQ(gap.demographic_parity, 0);
  EXPECT_EQ(gap.groups, 1U);
}

}  // namespace
}  // namespace fedloom::evaluate
