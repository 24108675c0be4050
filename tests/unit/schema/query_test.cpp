#include "fedloom/schema/query.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <set>
#include <stdexcept>

namespace fedloom::schema {
namespace {

const Domain domain({{"a", 3}, {"b", 2}, {"c", 4}});

Query sketch_of(Marginal marginal, std::uint64_t seed) { return {Query::Kind::sketch, marginal, 8, seed}; }

TEST(Marginal, SortsItsAttributes) {
  EXPECT_EQ(Marginal({2, 0, 1}), Marginal({0, 1, 2}));
  EXPECT_EQ(Marginal({2, 0})[0], 0u);
  EXPECT_EQ(Marginal({2, 0}).name(domain), "a × c");
}

TEST(Marginal, OfNoAttributesCountsRows) {
  EXPECT_EQ(Marginal().cells(domain), 1u);
  EXPECT_EQ(Marginal().name(domain), "rows");
}

TEST(Marginal, RefusesRepeatsAndMoreThanThree) {
  EXPECT_THROW(Marginal({1, 1}), std::invalid_argument);
  EXPECT_THROW(Marginal({0, 1, 2, 3}), std::invalid_argument);
}

TEST(Marginal, MultipliesSizesAndSaturates) {
  EXPECT_EQ(Marginal({0, 1, 2}).cells(domain), 24u);
  const Domain wide({{"a", 4000000000u / 2}, {"b", 1000000000u}, {"c", 1000000000u}});
  EXPECT_EQ(Marginal({0, 1}).cells(wide), 2000000000u * 1000000000ull);
  EXPECT_EQ(Marginal({0, 1, 2}).cells(wide), std::uint64_t{std::numeric_limits<std::int64_t>::max()});
}

TEST(Marginal, KnowsWhatItContains) {
  EXPECT_TRUE(Marginal({0, 2}).contains(2u));
  EXPECT_FALSE(Marginal({0, 2}).contains(1u));
  EXPECT_TRUE(Marginal({0, 1, 2}).contains(Marginal({0, 2})));
  EXPECT_TRUE(Marginal({0}).contains(Marginal()));
  EXPECT_FALSE(Marginal({0, 2}).contains(Marginal({0, 1})));
  EXPECT_EQ(Marginal({0, 1, 2}).common(Marginal({1, 2})), 2u);
}

TEST(AllMarginals, ListsSubsetsInLexicographicOrder) {
  EXPECT_EQ(all_marginals(4, 2), (std::vector<Marginal>{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}));
  EXPECT_EQ(all_marginals(15, 3).size(), 455u);
  EXPECT_EQ(all_marginals(3, 3), (std::vector<Marginal>{{0, 1, 2}}));
  EXPECT_EQ(all_marginals(5, 0), (std::vector<Marginal>{Marginal()}));
  EXPECT_TRUE(all_marginals(2, 3).empty());
}

TEST(AllMarginals, HoldsNoSubsetTwice) {
  const auto all = all_marginals(9, 3);
  EXPECT_EQ(std::set<Marginal>(all.begin(), all.end()).size(), 84u);
}

TEST(Query, TellsItsLengthAndItsSensitivity) {
  const Query counts{Query::Kind::marginal, {0, 1}, 0, 0};
  EXPECT_EQ(counts.length(domain), 6u);
  EXPECT_EQ(counts.row_l2_squared(), 1u);
  EXPECT_EQ(sketch_of({0, 1}, 5).length(domain), 8u);
  EXPECT_EQ(sketch_of({0, 1}, 5).row_l2_squared(), 8u);
}

// Every party recomputes the signs: a change of these words breaks runs between versions.
TEST(SketchSigns, AreTheSameInEveryVersion) {
  EXPECT_EQ(sketch_signs(sketch_of({1, 5}, 7), 3, 70), (std::vector<std::uint64_t>{16782824243144508394u, 36}));
}

TEST(SketchSigns, FillWholeWordsAndClearWhatIsBeyondTheCells) {
  const auto signs = sketch_signs(sketch_of({0}, 1), 0, 65);
  ASSERT_EQ(signs.size(), 2u);
  EXPECT_EQ(signs[1] >> 1, 0u);
  EXPECT_EQ(sketch_signs(sketch_of({0}, 1), 0, 128).size(), 2u);
  EXPECT_TRUE(sketch_signs(sketch_of({0}, 1), 0, 0).empty());
}

TEST(SketchSigns, DependOnRowSeedAndAttributesAlone) {
  const auto signs = sketch_signs(sketch_of({1, 5}, 7), 3, 640);
  EXPECT_EQ(sketch_signs(sketch_of({5, 1}, 7), 3, 640), signs);
  EXPECT_NE(sketch_signs(sketch_of({1, 5}, 7), 4, 640), signs);
  EXPECT_NE(sketch_signs(sketch_of({1, 5}, 8), 3, 640), signs);
  EXPECT_NE(sketch_signs(sketch_of({1, 4}, 7), 3, 640), signs);
  EXPECT_NE(sketch_signs(sketch_of({15}, 7), 3, 640), signs);
}

TEST(SketchSigns, AreBalancedAndUncorrelatedBetweenRows) {
  const std::uint64_t cells = 1 << 20;
  const auto a = sketch_signs(sketch_of({1, 5}, 7), 0, cells), b = sketch_signs(sketch_of({1, 5}, 7), 1, cells);
  std::int64_t ones = 0, equal = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    ones += std::popcount(a[k]);
    equal += std::popcount(~(a[k] ^ b[k]));
  }
  // Standard deviation 512; 6.5 of them are passed by chance once in 10^10.
  EXPECT_NEAR(static_cast<double>(ones), cells / 2.0, 6.5 * 512);
  EXPECT_NEAR(static_cast<double>(equal), cells / 2.0, 6.5 * 512);
}

}  // namespace
}  // namespace fedloom::schema
