// The tests of sampler_fit_test, put to samplers that are broken on purpose: each must be caught. Seeded noise is
// caught in tests/unit/privacy/secure_random_test.cpp, forgotten sensitivity in budget_falsification_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "fedloom/privacy/sampler.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "gaussian_fit.hpp"
#include "support/discrete_laplace_law.hpp"

namespace fedloom::privacy {
namespace {

using test::false_alarm_rate;
using test::fit_to_gaussian;
using test::sample_size;

template <typename Draw>
std::vector<std::int64_t> draws(Draw draw) {
  std::vector<std::int64_t> samples(sample_size);
  for (std::int64_t& sample : samples) sample = draw();
  return samples;
}

TEST(BrokenTwin, noise_of_half_the_sigma_is_caught) {
  SecureRandom random;
  std::vector<std::int64_t> samples(sample_size);
  discrete_gaussian_fill({.variance_num = 100 / 4}, samples, random);
  EXPECT_LT(fit_to_gaussian(samples, 100).p_value, false_alarm_rate);
}

TEST(BrokenTwin, noise_of_three_per_cent_too_little_variance_is_caught) {
  SecureRandom random;
  std::vector<std::int64_t> samples(sample_size);
  discrete_gaussian_fill({.variance_num = 970}, samples, random);
  EXPECT_LT(fit_to_gaussian(samples, 1000).p_value, false_alarm_rate);
}

TEST(BrokenTwin, a_rounded_floating_point_normal_is_caught_at_small_sigma) {
  std::mt19937_64 engine{std::random_device{}()};
  for (const double variance : {0.25, 1.0, 2.5}) {
    std::normal_distribution<double> normal(0, std::sqrt(variance));
    const auto samples = draws([&] { return std::llround(normal(engine)); });
    EXPECT_LT(fit_to_gaussian(samples, static_cast<long double>(variance)).p_value, false_alarm_rate) << variance;
  }
}

TEST(BrokenTwin, truncating_instead_of_rounding_is_caught_at_large_sigma) {
  std::mt19937_64 engine{std::random_device{}()};
  std::normal_distribution<double> normal(0, 10);
  const auto samples = draws([&] { return static_cast<std::int64_t>(normal(engine)); });
  EXPECT_LT(fit_to_gaussian(samples, 100).p_value, false_alarm_rate);
}

TEST(BrokenTwin, a_laplace_with_zero_twice_is_caught) {
  SecureRandom random;
  const test::DiscreteLaplaceLaw law(2);
  // One-sided geometric by rejection of the negative half, then a sign for zero as well: zero comes up too often.
  const auto samples = draws([&] {
    std::int64_t magnitude = discrete_laplace({2, 1}, random);
    while (magnitude < 0) magnitude = discrete_laplace({2, 1}, random);
    return random.next() % 2 == 0 ? magnitude : -magnitude;
  });
  const auto at_least = [&law](std::int64_t x) { return x >= 0 ? law.at_least(x) : 1 - law.at_least(1 - x); };
  EXPECT_LT(test::fit_to_law(samples, at_least, 30, 1).p_value, false_alarm_rate);
}

TEST(BrokenTwin, a_selection_that_forgets_the_factor_two_is_caught) {
  const std::vector<std::int64_t> scores{10, 12, 7, 12, 3};
  SecureRandom random;
  std::vector<std::uint64_t> observed(scores.size(), 0);
  for (std::size_t i = 0; i < sample_size; ++i) ++observed[exponential_mechanism(scores, {2, 1}, random)];
  const std::vector<double> promised{0.202282, 0.333507, 0.095551, 0.333507, 0.035151};  // of scale 4
  std::vector<double> expected;
  double total = 0;
  for (const double p : promised) total += p;
  for (const double p : promised) expected.push_back(p / total * sample_size);
  EXPECT_LT(test::goodness_of_fit(observed, expected).p_value, false_alarm_rate);
}

}  // namespace
}  // namespace fedloom::privacy
