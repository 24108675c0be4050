#include "fedloom/privacy/units.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fedloom/base/error.hpp"

namespace fedloom::privacy {
namespace {

TEST(NoiseScale, is_never_below_what_was_asked_and_hardly_above) {
  for (double variance = 0x1p-43; variance < 0x1p40; variance *= 1.37) {
    const NoiseScale scale = noise_scale_at_least(variance);
    EXPECT_GE(scale.variance_counts(), variance);
    EXPECT_LE(scale.variance_counts(), variance * (1 + 0x1p-24));
  }
}

TEST(NoiseScale, keeps_sigma_at_four_grid_units_or_more_with_the_fewest_bits) {
  for (double variance = 0x1p-43; variance < 0x1p40; variance *= 1.61) {
    const NoiseScale scale = noise_scale_at_least(variance);
    EXPECT_GE(scale.variance_grid(), 16);
    if (scale.grid_bits > 0) {
      EXPECT_LT(std::ldexp(variance, 2 * (scale.grid_bits - 1)), 16);
    }
  }
}

TEST(NoiseScale, is_in_lowest_terms_and_small_enough_to_sample_fast) {
  for (double variance = 0x1p-43; variance < 0x1p40; variance *= 1.23) {
    const NoiseScale scale = noise_scale_at_least(variance);
    EXPECT_TRUE(scale.variance_shift == 0 || scale.variance_num % 2 == 1);
    EXPECT_LE(scale.variance_num, std::uint64_t{1} << 40);
    EXPECT_LE(scale.variance_shift, 24);
  }
}

TEST(NoiseScale, exact_variances_stay_exact) {
  EXPECT_EQ(noise_scale_at_least(16), (NoiseScale{.variance_num = 16}));
  EXPECT_EQ(noise_scale_at_least(1), (NoiseScale{.variance_num = 16, .grid_bits = 2}));
  EXPECT_EQ(noise_scale_at_least(16.5), (NoiseScale{.variance_num = 33, .variance_shift = 1}));
  EXPECT_EQ(noise_scale_at_least(0x1p40), (NoiseScale{.variance_num = std::uint64_t{1} << 40}));
  EXPECT_EQ(noise_scale_at_least(0x1p-44), (NoiseScale{.variance_num = 16, .grid_bits = 24}));
}

TEST(NoiseScale, variances_out_of_range_are_refused) {
  EXPECT_THROW(noise_scale_at_least(0x1p40 * 1.0001), BudgetError);
  EXPECT_THROW(noise_scale_at_least(INFINITY), BudgetError);
  EXPECT_THROW(noise_scale_at_least(0x1p-44 * 0.9999), BudgetError);
}

TEST(NoiseScaleDeath, no_variance_is_a_broken_invariant) {
  EXPECT_DEATH(noise_scale_at_least(0), "broken invariant");
  EXPECT_DEATH(noise_scale_at_least(NAN), "broken invariant");
}

}  // namespace
}  // namespace fedloom::privacy
