#include "fedloom/privacy/sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "reference_samplers.hpp"
#include "fedloom/privacy/discrete_gaussian_law.hpp"
#include "support/discrete_laplace_law.hpp"
#include "support/split_mix_random.hpp"
#include "support/vector_file.hpp"

namespace fedloom::privacy {
namespace {

using test::SplitMixRandom;
using Row = std::vector<std::string>;

Rational rational(const std::string& text) {
  const std::size_t slash = text.find('/');
  return {std::stoull(text), slash == std::string::npos ? 1 : std::stoull(text.substr(slash + 1))};
}

std::vector<std::int64_t> integers(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::int64_t>(stream), {}};
}

void expect_draws_used(const Row& row, const ExactDraws& draws, const SplitMixRandom& random) {
  EXPECT_EQ(draws.uniform_calls(), std::stoull(row[4]));
  EXPECT_EQ(random.words_used(), std::stoull(row[5]));
}

TEST(Sampler, gaussian_repeats_the_reference_draw_by_draw) {
  for (const Row& row : test::vector_rows("discrete_gaussian_kat.csv", "dgauss")) {
    SCOPED_TRACE("variance " + row[2]);
    SplitMixRandom random(std::stoull(row[1]));
    ExactDraws draws(random);
    for (const std::int64_t sample : integers(row[3])) EXPECT_EQ(discrete_gaussian(rational(row[2]), draws), sample);
    expect_draws_used(row, draws, random);
  }
}

TEST(Sampler, gaussian_has_the_reference_moments_over_3000_draws) {
  for (const Row& row : test::vector_rows("discrete_gaussian_kat.csv", "dgauss")) {
    SCOPED_TRACE("variance " + row[2]);
    SplitMixRandom random(std::stoull(row[1]));
    ExactDraws draws(random);
    double squares = 0;
    for (int i = 0; i < 3000; ++i)
      squares += std::pow(static_cast<double>(discrete_gaussian(rational(row[2]), draws)), 2);
    // The file gives four digits.
    EXPECT_NEAR(squares / 3000 / std::stod(row[6]), 1, 6e-4);
    EXPECT_NEAR(static_cast<double>(draws.uniform_calls()) / 3000, std::stod(row[7]), 6e-3);
    EXPECT_NEAR(static_cast<double>(random.words_used()) / 3000, std::stod(row[8]), 6e-3);
  }
}

TEST(Sampler, laplace_repeats_the_reference_draw_by_draw) {
  for (const Row& row : test::vector_rows("discrete_gaussian_kat.csv", "dlaplace")) {
    SCOPED_TRACE("scale " + row[2]);
    SplitMixRandom random(std::stoull(row[1]));
    ExactDraws draws(random);
    for (const std::int64_t sample : integers(row[3])) EXPECT_EQ(discrete_laplace(rational(row[2]), draws), sample);
    expect_draws_used(row, draws, random);
  }
}

TEST(Sampler, exponential_mechanism_repeats_the_reference_draw_by_draw) {
  const Row row = test::vector_file("discrete_gaussian_kat.csv").back();
  ASSERT_NE(row[0].find("scores=10,12,7,12,3 scale=2*Delta/eps=4"), std::string::npos);
  SplitMixRandom random(std::stoull(row[1]));
  ExactDraws draws(random);
  const std::vector<std::int64_t> scores{10, 12, 7, 12, 3};
  for (const std::int64_t choice : integers(row[3])) EXPECT_EQ(exponential_mechanism(scores, {4, 1}, draws), choice);
  expect_draws_used(row, draws, random);
}

TEST(Sampler, public_functions_draw_what_the_reference_draws) {
  SplitMixRandom random(42);
  for (const std::int64_t sample : {66, -49, 220, 139}) EXPECT_EQ(discrete_gaussian({1234567, 89}, random), sample);
  SplitMixRandom laplace(3);
  EXPECT_EQ(discrete_laplace({1000, 1}, laplace), 5561);
  SplitMixRandom selection(9);
  EXPECT_EQ(exponential_mechanism(std::vector<std::int64_t>{10, 12, 7, 12, 3}, {4, 1}, selection), 3U);
}

TEST(Sampler, unreduced_fractions_draw_what_reduced_ones_do) {
  SplitMixRandom a(5);
  SplitMixRandom b(5);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(discrete_gaussian({10, 3}, a), discrete_gaussian({70, 21}, b));
}

TEST(Sampler, big_integers_draw_what_128_bits_draw) {
  SplitMixRandom small(11);
  SplitMixRandom big(11);
  ExactDraws small_draws(small);
  ExactDraws big_draws(big);
  for (std::uint64_t i = 1; i < 3000; ++i) {
    const std::uint64_t den = i * i * 0x9E3779B97F4A7C15U | 1;
    const uint128 wide = uint128{den} * 0xD1B54A32D192ED03U;
    EXPECT_EQ(small_draws.bernoulli_exp(reduced(uint128{i} * 12345678, den)),
              big_draws.bernoulli_exp(reduced(BigInteger(i) * 12345678, BigInteger(den))));
    EXPECT_TRUE(BigInteger(small_draws.below(wide)) == big_draws.below(BigInteger(den) * 0xD1B54A32D192ED03U));
  }
  EXPECT_EQ(small_draws.uniform_calls(), big_draws.uniform_calls());
  EXPECT_EQ(small.words_used(), big.words_used());
}

TEST(Sampler, huge_fractions_are_drawn_with_big_integers) {
  // σ² ≈ 2^40 over a large prime denominator: the exponents need more than 128 bits.
  const Rational variance{0xFFFFFFFFFFFFFFC5U, 16777213};
  const double sigma = std::sqrt(static_cast<double>(variance.num) / static_cast<double>(variance.den));
  SplitMixRandom random(1);
  double squares = 0;
  constexpr int n = 4000;
  for (int i = 0; i < n; ++i) squares += std::pow(static_cast<double>(discrete_gaussian(variance, random)) / sigma, 2);
  EXPECT_NEAR(squares / n, 1, 6 * std::sqrt(2.0 / n));
}

TEST(Sampler, one_candidate_is_always_chosen) {
  SplitMixRandom random(1);
  EXPECT_EQ(exponential_mechanism(std::vector<std::int64_t>{-7}, {1, 1}, random), 0U);
}

TEST(Sampler, extreme_scores_do_not_overflow) {
  SplitMixRandom random(1);
  const std::vector<std::int64_t> scores{INT64_MIN, INT64_MAX, INT64_MIN};
  for (int i = 0; i < 50; ++i) EXPECT_EQ(exponential_mechanism(scores, {1, UINT64_MAX}, random), 1U);
}

TEST(Sampler, bulk_draws_follow_from_the_generator_alone) {
  SplitMixRandom a(3);
  SplitMixRandom b(3);
  std::vector<std::int64_t> first(500);
  std::vector<std::int64_t> second(500);
  discrete_gaussian_fill({.variance_num = 33}, first, a);
  discrete_gaussian_fill({.variance_num = 66, .variance_shift = 1, .grid_bits = 4}, second, b);
  EXPECT_EQ(first, second);
}

TEST(SamplerDeath, zero_variance_is_a_broken_invariant) {
  SplitMixRandom random(1);
  std::vector<std::int64_t> out(1);
  EXPECT_DEATH(discrete_gaussian_fill({.variance_num = 0}, out, random), "broken invariant");
  EXPECT_DEATH(discrete_gaussian({0, 1}, random), "broken invariant");
  EXPECT_DEATH(discrete_laplace({1, 0}, random), "broken invariant");
}

TEST(DiscreteLaws, agree_with_the_sixty_digit_values) {
  for (const Row& row : test::vector_file("discrete_gaussian_pmf.csv")) {
    SCOPED_TRACE(row[0] + " " + row[1] + " " + row[2]);
    const Rational parameter = rational(row[1].substr(row[1].find('=') + 1));
    const long double value = static_cast<long double>(parameter.num) / static_cast<long double>(parameter.den);
    const std::int64_t x = std::stoll(row[2]);
    const auto near = [](long double ours, const std::string& theirs) {
      return std::abs(ours / std::stold(theirs) - 1) < 2e-15L;
    };
    if (row[0] == "dgauss") {
      const DiscreteGaussianLaw law(value);
      EXPECT_TRUE(near(law.probability(x), row[3]) && near(law.at_least(x), row[4]));
      EXPECT_TRUE(near(law.normaliser(), row[5]) && near(law.variance(), row[6]));
    } else {
      ASSERT_EQ(row[0], "dlaplace");
      const test::DiscreteLaplaceLaw law(value);
      EXPECT_TRUE(near(law.probability(x), row[3]) && near(law.at_least(x), row[4]));
      EXPECT_TRUE(near(law.normaliser(), row[5]) && near(law.variance(), row[6]));
    }
  }
}

}  // namespace
}  // namespace fedloom::privacy
