#include "column_metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fedloom::evaluate {
namespace {

TEST(KsComplement, IsOneLessTheLargestGapOfTheDistributionFunctions) {
  // At 1 one function is at 1/2 and the other at 0, at 2 they are at 1/2 and 2/3.
  EXPECT_DOUBLE_EQ(ks_complement({1, 3}, {2, 2, 4}), 1 - 0.5);
  EXPECT_DOUBLE_EQ(ks_complement({1, 2, 3}, {3, 2, 1}), 1);
  EXPECT_DOUBLE_EQ(ks_complement({1, 2}, {3, 4}), 0);
}

TEST(KsComplement, LeavesMissingValuesOut) {
  EXPECT_DOUBLE_EQ(ks_complement({undefined, 1, 2}, {1, 2, undefined, undefined}), 1);
  EXPECT_TRUE(std::isnan(ks_complement({undefined}, {1})));
}

TEST(Pearson, OfALineIsOneWithItsSign) {
  EXPECT_NEAR(pearson({1, 2, 4}, {10, 20, 40}), 1, 1e-15);
  EXPECT_NEAR(pearson({1, 2, 4}, {-1, -2, -4}), -1, 1e-15);
}

TEST(Pearson, IsTheTextbooks) {
  // Deviations (−1, 0, 1) and (−1/3, 2/3, −1/3): the products add up to 0.
  EXPECT_NEAR(pearson({1, 2, 3}, {0, 1, 0}), 0, 1e-15);
  // (−2, 0, 2) and (−1, −1, 2)·: 6 / √8 / √6.
  EXPECT_NEAR(pearson({0, 2, 4}, {0, 0, 3}), 6 / std::sqrt(8.0) / std::sqrt(6.0), 1e-15);
}

TEST(Pearson, LeavesRowsWithAMissingNumberOutAndHasNoneWithAConstant) {
  EXPECT_NEAR(pearson({1, 2, undefined, 4}, {1, 2, 7, 4}), 1, 1e-15);
  EXPECT_TRUE(std::isnan(pearson({1, 2, 3}, {5, 5, 5})));
}

TEST(CramersV, IsOneWhereOneFollowsFromTheOtherAndZeroWhereTheyAreIndependent) {
  EXPECT_NEAR(cramers_v({5, 0, 0, 7}, 2), 1, 1e-15);
  EXPECT_NEAR(cramers_v({2, 4, 3, 6}, 2), 0, 1e-7);
}

TEST(CramersV, IsTheTextbooks) {
  // χ² of {10, 20; 30, 5} is 65·(10·5 − 20·30)²/(30·35·40·25); V² = χ²/65 as the smaller side is 2.
  EXPECT_NEAR(cramers_v({10, 20, 30, 5}, 2), std::sqrt(550.0 * 550 / (30.0 * 35 * 40 * 25)), 1e-12);
}

TEST(CramersV, CountsOnlyRowsAndColumnsThatAreThere) {
  EXPECT_NEAR(cramers_v({10, 0, 20, 30, 0, 5, 0, 0, 0}, 3), cramers_v({10, 20, 30, 5}, 2), 1e-15);
  EXPECT_TRUE(std::isnan(cramers_v({3, 4, 0, 0}, 2)));
}

TEST(TenBins, PutsTheGreatestAndTheMissingBeyondAllEdges) {
  const std::vector<std::uint8_t> expected{1, 1, 2, 10, 11, 11};
  EXPECT_EQ(ten_bins({0, 0.5, 1, 9.5, 10, undefined}), expected);
}

TEST(TenBins, OfAConstantAreAroundIt) { EXPECT_EQ(ten_bins({3, 3}), (std::vector<std::uint8_t>{6, 6})); }

TEST(MeanOfDefined, PassesOverWhatIsNot) {
  EXPECT_DOUBLE_EQ(mean_of_defined({1, undefined, 2}), 1.5);
  EXPECT_TRUE(std::isnan(mean_of_defined({undefined})));
}

}  // namespace
}  // namespace fedloom::evaluate
