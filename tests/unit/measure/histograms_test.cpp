#include "histograms.hpp"

#include <gtest/gtest.h>

#include "tables.hpp"

namespace fedloom::measure {
namespace {

using schema::Marginal;
using test::counted_plainly;

void expect_plain_counts(const data::Table& table, const std::vector<Marginal>& marginals, unsigned threads) {
  const auto counted = histograms(table, marginals, {.threads = threads});
  ASSERT_EQ(counted.size(), marginals.size());
  for (std::size_t k = 0; k < marginals.size(); ++k)
    EXPECT_EQ(counted[k], counted_plainly(table, marginals[k])) << marginals[k].name(table.domain());
}

class HistogramsWith : public ::testing::TestWithParam<Isa> {};

TEST_P(HistogramsWith, TheseInstructionsAreExact) {
  // More rows than one block, and not a multiple of anything.
  const auto table = test::mixed_table(3 * 63 * 512 + 77);
  auto marginals = schema::all_marginals(table.domain().dimensions(), 2);
  for (const auto& triple : {Marginal({0, 1, 2}), Marginal({0, 3, 4}), Marginal({1, 2, 9}), Marginal({0, 5, 11})})
    marginals.push_back(triple);
  const auto alone = histograms(table, marginals, {.threads = 1, .isa = GetParam()});
  for (std::size_t k = 0; k < marginals.size(); ++k)
    ASSERT_EQ(alone[k], counted_plainly(table, marginals[k])) << marginals[k].name(table.domain());
  EXPECT_EQ(histograms(table, marginals, {.threads = 3, .isa = GetParam()}), alone);
}

INSTANTIATE_TEST_SUITE_P(OnThisMachine, HistogramsWith, ::testing::ValuesIn(test::isas_here()));

TEST(Histograms, OfAllMarginalsOfByteColumnsAreExact) {
  expect_plain_counts(test::skewed_table({5, 2, 9, 1, 32, 42, 3}, 3001), test::marginals_up_to(7, 3), 1);
}

TEST(Histograms, OfColumnsOfAllWidthsAreExact) {
  expect_plain_counts(test::skewed_table({300, 2, 70'000, 4}, 2500), test::marginals_up_to(4, 2), 1);
}

TEST(Histograms, BeyondSixteenBitKeysAreExact) {
  expect_plain_counts(test::skewed_table({200, 250, 7, 256}, 5000), test::marginals_up_to(4, 3), 1);
}

TEST(Histograms, DoNotOverflowWhereManyRowsMeetOneCell) {
  // 200,000 rows in few cells: more than a 16-bit counter holds, in small tables and in large ones.
  data::Table table{schema::Domain({{"a", 2}, {"b", 250}, {"c", 200}})};
  for (std::uint32_t row = 0; row < 200'000; ++row) {
    const std::uint32_t codes[] = {1, 249, row % 50'000 == 0 ? 0U : 199U};
    table.append(codes);
  }
  expect_plain_counts(table, test::marginals_up_to(3, 3), 1);
}

TEST(Histograms, AreTheSameForAnyNumberOfThreads) {
  const auto table = test::skewed_table({30, 20, 9, 2, 7}, 300'000);
  for (const auto& marginals : {test::marginals_up_to(5, 3), std::vector<Marginal>{Marginal({0, 1})}}) {
    const auto alone = histograms(table, marginals, {.threads = 1});
    EXPECT_EQ(alone[0], counted_plainly(table, marginals[0]));
    EXPECT_EQ(histograms(table, marginals, {.threads = 2}), alone);
    EXPECT_EQ(histograms(table, marginals, {.threads = 7}), alone);
    EXPECT_EQ(histograms(table, marginals, {.threads = 0}), alone);
  }
}

TEST(Histograms, OfOneMarginalAskedTwiceAreGivenTwice) {
  const auto table = test::skewed_table({5, 4}, 100);
  expect_plain_counts(table, {Marginal({0, 1}), Marginal({}), Marginal({0, 1}), Marginal({1}), Marginal({})}, 1);
}

TEST(Histograms, OfAnEmptyTableAreZero) {
  expect_plain_counts(test::skewed_table({5, 4, 300}, 0), test::marginals_up_to(3, 3), 2);
}

TEST(Histograms, OfNoMarginalsAreNone) {
  EXPECT_TRUE(histograms(test::skewed_table({5, 4}, 10), {}, {.threads = 2}).empty());
}

}  // namespace
}  // namespace fedloom::measure
