#include "fedloom/audit/canaries.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fedloom/privacy/sampler.hpp"
#include "support/split_mix_random.hpp"

namespace fedloom::audit {
namespace {

const schema::Domain domain({{"a", 30}, {"b", 30}, {"c", 30}});

/// All pairs, over a table that holds the canaries that are in and nothing else, with this much noise.
std::vector<boundary::Measurement> released(const Canaries& canaries, std::uint64_t variance, RandomWords& random) {
  std::vector<boundary::Measurement> measurements;
  const auto count = static_cast<std::int64_t>(std::count(canaries.in.begin(), canaries.in.end(), true));
  measurements.push_back({.query = {}, .grid_values = {count}, .sigma = 1});
  for (const auto& marginal : schema::all_marginals(3, 2)) {
    boundary::Measurement pair{.query = {.marginal = marginal}, .grid_values = std::vector<std::int64_t>(900)};
    for (std::size_t i = 0; i < canaries.rows.size(); ++i) {
      pair.grid_values[canaries.rows[i][marginal[0]] * 30 + canaries.rows[i][marginal[1]]] += canaries.in[i];
    }
    for (auto& value : pair.grid_values) value += privacy::discrete_gaussian({.num = variance, .den = 1}, random);
    pair.sigma = std::sqrt(static_cast<double>(variance));
    measurements.push_back(std::move(pair));
  }
  return measurements;
}

CanaryVerdict verdict_at(std::uint64_t variance) {
  test::SplitMixRandom random(11);
  const auto canaries = make_canaries(domain, 400, random);
  const model::Generator uniform(domain, 1);
  const auto scores = canary_scores(canaries, released(canaries, variance, random), uniform, domain);
  return judge_canaries(canaries, scores, 100, 1e-9, 0.05);
}

TEST(Canaries, AreInByFairCoinsAndOfAllCodes) {
  test::SplitMixRandom random(1);
  const auto canaries = make_canaries(domain, 2000, random);
  const auto in = std::count(canaries.in.begin(), canaries.in.end(), true);
  EXPECT_NEAR(static_cast<double>(in), 1000, 150);
  std::vector<int> seen(30);
  for (const auto& row : canaries.rows) ++seen[row[0]];
  EXPECT_GT(*std::min_element(seen.begin(), seen.end()), 20);
}

TEST(Canaries, AreFoundWhereTheNoiseIsOff) {
  const auto verdict = verdict_at(1);
  EXPECT_GT(verdict.right, 90U);
  EXPECT_GT(verdict.epsilon_lower, 1.5);
}

TEST(Canaries, ProveNothingWhereTheNoiseHidesThem) {
  const auto verdict = verdict_at(10000);
  EXPECT_LT(verdict.right, 70U);
  EXPECT_LT(verdict.epsilon_lower, 0.3);
}

TEST(JudgeCanaries, GuessesInAtTheTopAndOutAtTheBottom) {
  const Canaries canaries{.rows = {{0}, {1}, {2}, {3}}, .in = {true, false, true, false}};
  EXPECT_EQ(judge_canaries(canaries, {4, 1, 3, 2}, 4, 0, 0.05).right, 4U);
  EXPECT_EQ(judge_canaries(canaries, {1, 4, 2, 3}, 4, 0, 0.05).right, 0U);
  EXPECT_EQ(judge_canaries(canaries, {4, 1, 3, 2}, 2, 0, 0.05).right, 2U);
}

}  // namespace
}  // namespace fedloom::audit
