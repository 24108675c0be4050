// The samplers against their laws: 10^6 draws each from the generator that programs use, and a right sampler fails
// once in 10^9 runs.
#include <gtest/gtest.h>

#include <algorithm>

#include "fedloom/privacy/discrete_gaussian_law.hpp"
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
std::vector<std::int64_t> draws(Draw draw, std::size_t count = sample_size) {
  std::vector<std::int64_t> samples(count);
  for (std::int64_t& sample : samples) sample = draw();
  return samples;
}

class BulkGaussianFit : public testing::TestWithParam<NoiseScale> {};

TEST_P(BulkGaussianFit, follows_the_discrete_gaussian) {
  SecureRandom random;
  std::vector<std::int64_t> samples(sample_size);
  discrete_gaussian_fill(GetParam(), samples, random);
  EXPECT_GT(fit_to_gaussian(samples, static_cast<long double>(GetParam().variance_grid())).p_value, false_alarm_rate);
}

INSTANTIATE_TEST_SUITE_P(
    Variances, BulkGaussianFit,
    testing::Values(NoiseScale{.variance_num = 1, .variance_shift = 2}, NoiseScale{.variance_num = 1},
                    NoiseScale{.variance_num = 5, .variance_shift = 1}, NoiseScale{.variance_num = 16},
                    NoiseScale{.variance_num = 33, .variance_shift = 1},
                    NoiseScale{.variance_num = 33554431, .variance_shift = 20},
                    NoiseScale{.variance_num = 16777217, .variance_shift = 20}, NoiseScale{.variance_num = 1000},
                    NoiseScale{.variance_num = 40000}, NoiseScale{.variance_num = (1U << 30) + 1},
                    NoiseScale{.variance_num = std::uint64_t{1} << 40}),
    [](const auto& tested) {
      return std::to_string(tested.param.variance_num) + "_over_2_to_" + std::to_string(tested.param.variance_shift);
    });

TEST(BulkGaussianFit, follows_the_law_when_the_variance_needs_wider_arithmetic) {
  const NoiseScale scale{.variance_num = (std::uint64_t{1} << 50) + 1, .variance_shift = 40};
  SecureRandom random;
  std::vector<std::int64_t> samples(sample_size / 10);
  discrete_gaussian_fill(scale, samples, random);
  EXPECT_GT(fit_to_gaussian(samples, static_cast<long double>(scale.variance_grid())).p_value, false_alarm_rate);
}

TEST(BulkGaussianFit, successive_draws_are_independent) {
  SecureRandom random;
  const NoiseScale scale{.variance_num = 100};
  std::vector<std::int64_t> samples(sample_size);
  discrete_gaussian_fill(scale, samples, random);
  const DiscreteGaussianLaw law(100);
  const std::vector<std::int64_t> bounds{-14, -9, -5, -2, 0, 1, 3, 6, 10, 15};  // of eleven classes
  const auto class_of = [&](std::int64_t x) {
    return static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), x) - bounds.begin());
  };
  std::vector<long double> mass;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    const long double above = i == 0 ? 1 : law.at_least(bounds[i - 1]);
    mass.push_back(above - (i == bounds.size() ? 0 : law.at_least(bounds[i])));
  }
  std::vector<std::uint64_t> observed(mass.size() * mass.size(), 0);
  std::vector<double> expected(observed.size());
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
    ++observed[class_of(samples[i]) * mass.size() + class_of(samples[i + 1])];
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] = static_cast<double>(mass[i / mass.size()] * mass[i % mass.size()] * (sample_size / 2));
  }
  EXPECT_GT(test::goodness_of_fit(observed, expected).p_value, false_alarm_rate);
}

class RationalGaussianFit : public testing::TestWithParam<Rational> {};

TEST_P(RationalGaussianFit, follows_the_discrete_gaussian) {
  SecureRandom random;
  const auto samples = draws([&] { return discrete_gaussian(GetParam(), random); });
  const long double variance = static_cast<long double>(GetParam().num) / static_cast<long double>(GetParam().den);
  EXPECT_GT(fit_to_gaussian(samples, variance).p_value, false_alarm_rate);
}

const auto rational_name = [](const auto& tested) {
  return std::to_string(tested.param.num) + "_over_" + std::to_string(tested.param.den);
};
INSTANTIATE_TEST_SUITE_P(Variances, RationalGaussianFit,
                         testing::Values(Rational{1, 4}, Rational{1, 1}, Rational{10, 3}, Rational{1234567, 89},
                                         Rational{1000000000000, 1}),
                         rational_name);

class LaplaceFit : public testing::TestWithParam<Rational> {};

TEST_P(LaplaceFit, follows_the_discrete_laplace) {
  SecureRandom random;
  const auto samples = draws([&] { return discrete_laplace(GetParam(), random); });
  const long double scale = static_cast<long double>(GetParam().num) / static_cast<long double>(GetParam().den);
  const test::DiscreteLaplaceLaw law(scale);
  const auto at_least = [&law](std::int64_t x) { return x >= 0 ? law.at_least(x) : 1 - law.at_least(1 - x); };
  const auto width = std::max<std::int64_t>(1, static_cast<std::int64_t>(scale / 8));
  const auto reach = (static_cast<std::int64_t>(12 * scale) / width + 3) * width;
  EXPECT_GT(test::fit_to_law(samples, at_least, reach, width).p_value, false_alarm_rate);
}

INSTANTIATE_TEST_SUITE_P(Scales, LaplaceFit,
                         testing::Values(Rational{1, 2}, Rational{1, 1}, Rational{7, 3}, Rational{1000, 1}),
                         rational_name);

/// Scores and scale of one selection.
struct Selection {
  std::vector<std::int64_t> scores;
  Rational scale;
};

class ExponentialMechanismFit : public testing::TestWithParam<Selection> {};

TEST_P(ExponentialMechanismFit, follows_its_law) {
  const auto& [scores, scale] = GetParam();
  SecureRandom random;
  std::vector<std::uint64_t> observed(scores.size(), 0);
  for (std::size_t i = 0; i < sample_size; ++i) ++observed[exponential_mechanism(scores, scale, random)];
  std::vector<double> expected;
  double total = 0;
  const std::int64_t best = *std::max_element(scores.begin(), scores.end());
  for (const std::int64_t score : scores) {
    const double gap = static_cast<double>(best - score);
    expected.push_back(std::exp(-gap * static_cast<double>(scale.den) / static_cast<double>(scale.num)));
    total += expected.back();
  }
  for (double& mass : expected) mass *= sample_size / total;
  EXPECT_GT(test::goodness_of_fit(observed, expected).p_value, false_alarm_rate);
}

INSTANTIATE_TEST_SUITE_P(Scores, ExponentialMechanismFit,
                         testing::Values(Selection{{10, 12, 7, 12, 3}, {4, 1}}, Selection{{0, 1}, {1, 1}},
                                         Selection{{-5, -5, -5, -4}, {7, 3}},
                                         Selection{{1000, 900, 1100, 1050, 0, 700}, {200, 1}}));

}  // namespace
}  // namespace fedloom::privacy
