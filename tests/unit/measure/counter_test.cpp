#include <gtest/gtest.h>

#include "fedloom/measure/measure.hpp"
#include "sketch.hpp"
#include "tables.hpp"
#include "unit/boundary/fixtures.hpp"

namespace fedloom::measure {
namespace {

using boundary::Candidate;
using boundary::RawCounts;
using schema::Marginal;
using schema::Query;
using test::counted_plainly;
using CounterDeathTest = ::testing::Test;

Query marginal(Marginal attributes) { return {.kind = Query::Kind::marginal, .marginal = attributes}; }

Query sketch(Marginal attributes) {
  return {.kind = Query::Kind::sketch, .marginal = attributes, .sketch_rows = 3, .sketch_seed = 11};
}

/// The only way to see counts is to release them; the noise is then taken away again.
std::vector<std::int64_t> seen(RawCounts&& counts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  auto event = test::gaussian(counts.length());
  event.sensitivity = counts.l2();
  const auto zeros = test::words_of(test::share_of(std::vector<std::int64_t>(counts.length(), 0), 1, 1));
  std::vector<RawCounts> raw;
  raw.push_back(std::move(counts));
  auto words = test::words_of(boundary::Releaser(random).release(std::move(raw), payer.pay({event})));
  std::vector<std::int64_t> values;
  for (std::size_t k = 0; k < words.size(); ++k) values.push_back(static_cast<std::int64_t>(words[k] - zeros[k]) >> 2);
  return values;
}

std::int64_t plain_score(const data::Table& table, const Candidate& candidate) {
  const auto counts = counted_plainly(table, candidate.marginal);
  std::int64_t distance = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) distance += std::abs(counts[c] - candidate.model[c]);
  return candidate.weight_256 * distance - candidate.penalty_256;
}

Candidate candidate_for(const data::Table& table, Marginal attributes, std::uint32_t weight, std::int64_t penalty) {
  Candidate candidate{.marginal = attributes, .model = {}, .weight_256 = weight, .penalty_256 = penalty};
  for (std::uint64_t c = 0; c < attributes.cells(table.domain()); ++c)
    candidate.model.push_back(static_cast<std::int64_t>(c % 7) - 1);
  return candidate;
}

/// Picks the largest score, but for odds far below 2^-64: ε is huge.
std::size_t largest(boundary::RawScores&& scores) {
  test::SplitMixRandom random(2);
  test::Payer payer;
  const auto length = scores.length();
  return boundary::Releaser(random).select(
      std::move(scores),
      payer.pay({privacy::ExponentialEvent{.epsilon_num = 1U << 16, .epsilon_shift = 0, .candidates = length}}));
}

/// A candidate whose score is `score`, whatever the rows.
Candidate fixed(std::int64_t score) {
  return {.marginal = Marginal({}), .model = {0}, .weight_256 = 0, .penalty_256 = -score};
}

TEST(Counter, AnswersMarginalsExactlyAndInOrder) {
  const auto table = test::skewed_table({5, 4, 3}, 1000);
  auto raw = measure(table, {marginal({1, 2}), marginal({}), marginal({0})}, {.threads = 2});
  ASSERT_EQ(raw.size(), 3U);
  EXPECT_EQ(seen(std::move(raw[0])), counted_plainly(table, Marginal({1, 2})));
  EXPECT_EQ(seen(std::move(raw[1])), (std::vector<std::int64_t>{1000}));
  EXPECT_EQ(seen(std::move(raw[2])), counted_plainly(table, Marginal({0})));
}

TEST(Counter, AnswersASketchByItsSigns) {
  const auto table = test::skewed_table({5, 4, 9}, 1000);
  const auto query = sketch({0, 1, 2});
  const auto counts = counted_plainly(table, query.marginal);
  std::vector<std::int64_t> expected;
  for (std::uint32_t row = 0; row < query.sketch_rows; ++row) {
    const auto signs = schema::sketch_signs(query, row, counts.size());
    std::int64_t sum = 0;
    for (std::size_t c = 0; c < counts.size(); ++c)
      sum += (signs[c / 64] >> (c % 64) & 1) != 0 ? counts[c] : -counts[c];
    expected.push_back(sum);
  }
  auto raw = measure(table, {query}, {.threads = 1});
  EXPECT_EQ(seen(std::move(raw[0])), expected);
}

TEST(Counter, AnswersSketchesOfManyMoreCellsThanRowsBesideOtherQueries) {
  const auto table = test::skewed_table({1'500, 1'000, 3}, 500);
  const auto large = sketch({0, 1}), small = sketch({0, 2});
  auto raw = measure(table, {marginal({2}), large, small}, {.threads = 2});
  EXPECT_EQ(seen(std::move(raw[0])), counted_plainly(table, Marginal({2})));
  EXPECT_EQ(seen(std::move(raw[1])), sketch_of(counted_plainly(table, large.marginal), large));
  EXPECT_EQ(seen(std::move(raw[2])), sketch_of(counted_plainly(table, small.marginal), small));
}

TEST(Counter, BoundsWhatOneEntityCanMove) {
  const auto table = test::skewed_table({5, 4}, 10);
  const auto raw = measure(table, {marginal({0, 1}), sketch({0, 1})}, {.threads = 1, .entity_rows = 4});
  EXPECT_EQ(raw[0].l2().squared, 16U);
  EXPECT_EQ(raw[1].l2().squared, 3U * 16U);
}

TEST(Counter, AnswersAreTheSameFromTheCache) {
  const auto table = test::skewed_table({5, 4, 3}, 1000);
  Counter counter(table, {.threads = 1});
  for (int call = 0; call < 3; ++call) {
    auto raw = counter.measure({marginal({0, 2}), marginal({1})});
    EXPECT_EQ(seen(std::move(raw[0])), counted_plainly(table, Marginal({0, 2})));
    EXPECT_EQ(seen(std::move(raw[1])), counted_plainly(table, Marginal({1})));
  }
}

TEST(Counter, AFullCacheChangesNoAnswer) {
  const auto table = test::skewed_table({5, 4, 3}, 1000);
  Counter counter(table, {.threads = 1, .cache_bytes = 100});
  for (int call = 0; call < 3; ++call) {
    auto raw = counter.measure({marginal({0, 1}), marginal({2}), marginal({0, 1, 2})});
    EXPECT_EQ(seen(std::move(raw[0])), counted_plainly(table, Marginal({0, 1})));
    EXPECT_EQ(seen(std::move(raw[1])), counted_plainly(table, Marginal({2})));
    EXPECT_EQ(seen(std::move(raw[2])), counted_plainly(table, Marginal({0, 1, 2})));
  }
}

TEST(Counter, ScoresToTheLastUnit) {
  const auto table = test::skewed_table({5, 4, 3}, 1000);
  const auto candidate = candidate_for(table, {0, 1, 2}, 200, 12345);
  const auto score_of_it = plain_score(table, candidate);
  Counter counter(table, {.threads = 1});
  EXPECT_EQ(largest(counter.score({candidate, fixed(score_of_it - 1)})), 0U);
  EXPECT_EQ(largest(counter.score({candidate, fixed(score_of_it + 1)})), 1U);
  EXPECT_EQ(largest(score(table, {candidate, fixed(score_of_it + 1)}, {.threads = 2})), 1U);
}

TEST(Counter, ScoreSensitivityIsThatOfTheHeaviestWeight) {
  const auto table = test::skewed_table({5, 4}, 10);
  const auto scores = score(table, {candidate_for(table, {0}, 1, 0)}, {.threads = 1, .entity_rows = 3});
  EXPECT_EQ(scores.sensitivity(), 768U);
}

TEST(CounterDeathTest, AModelOfAnotherLengthAborts) {
  const auto table = test::skewed_table({5, 4}, 10);
  auto candidate = candidate_for(table, {0, 1}, 256, 0);
  candidate.model.pop_back();
  EXPECT_DEATH(score(table, {candidate}, {.threads = 1}), "broken invariant");
}

TEST(CounterDeathTest, AWeightOverOneAborts) {
  const auto table = test::skewed_table({5, 4}, 10);
  EXPECT_DEATH(score(table, {candidate_for(table, {0, 1}, 257, 0)}, {.threads = 1}), "broken invariant");
}

}  // namespace
}  // namespace fedloom::measure
