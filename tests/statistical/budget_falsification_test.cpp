// Is what the ledger books enough for what is released? For discrete Gaussian noise the true δ at each ε is known
// exactly, so that the booked curve can be put to the test, and so can a twin that books too little.
#include <gtest/gtest.h>

#include <cmath>

#include "fedloom/privacy/curve.hpp"
#include "fedloom/privacy/discrete_gaussian_law.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "fedloom/privacy/secure_random.hpp"

namespace fedloom::privacy {
namespace {

/// True when at some ε the release of a count that one entity moves by `moved` has a larger δ than `booked` allows.
bool books_too_little(const GaussianEvent& booked, long double true_variance, std::uint64_t moved) {
  const DiscreteGaussianLaw law(true_variance);
  const Rho cost = rho(booked);
  for (double epsilon = 0.05; epsilon < 6; epsilon += 0.05) {
    if (law.delta(static_cast<long double>(epsilon), moved) > delta_of(cost, {epsilon}) + 1e-15) return true;
  }
  return false;
}

constexpr NoiseScale noise{.variance_num = 100};

TEST(Booking, covers_an_entity_of_one_row) {
  EXPECT_FALSE(books_too_little({.sensitivity = {1}, .site_noise = noise}, 100, 1));
}

TEST(Booking, covers_an_entity_of_three_rows_when_its_bound_is_booked) {
  EXPECT_FALSE(books_too_little({.sensitivity = {9}, .site_noise = noise}, 100, 3));
}

TEST(Booking, a_twin_that_forgets_that_an_entity_has_three_rows_is_caught) {
  EXPECT_TRUE(books_too_little({.sensitivity = {1}, .site_noise = noise}, 100, 3));
}

TEST(Booking, a_twin_that_takes_the_root_of_the_bound_is_caught) {
  EXPECT_TRUE(books_too_little({.sensitivity = {3}, .site_noise = noise}, 100, 3));
}

TEST(Booking, a_twin_that_samples_half_of_the_booked_sigma_is_caught) {
  EXPECT_TRUE(books_too_little({.sensitivity = {1}, .site_noise = noise}, 25, 1));
}

TEST(Booking, a_twin_that_counts_on_a_contributor_who_is_not_there_is_caught) {
  // Two sites' noise is booked for the total, and only one site's is in it.
  EXPECT_TRUE(books_too_little({.sensitivity = {1}, .site_noise = noise, .contributors = 2}, 100, 1));
}

TEST(Booking, a_twin_that_forgets_the_grid_is_caught) {
  // Counts times 4, noise in grid units: the entity moves the grid count by 4.
  const NoiseScale fine{.variance_num = 100, .grid_bits = 2};
  EXPECT_FALSE(books_too_little({.sensitivity = {1}, .site_noise = fine}, 100, 4));
  EXPECT_TRUE(books_too_little({.sensitivity = {1}, .site_noise = noise}, 100, 4));
}

/// The same from samples alone: an attacker sees the noisy count and asks whether it lies above `threshold`.
/// δ ≥ P[with the entity] − e^ε·P[without]; true when that is above what is booked by six standard errors.
bool attack_succeeds(Rho booked, std::uint64_t moved) {
  constexpr std::size_t n = 1'000'000;
  constexpr double epsilon = 0.2;
  SecureRandom random;
  std::vector<std::int64_t> with(n);
  std::vector<std::int64_t> without(n);
  discrete_gaussian_fill(noise, with, random);
  discrete_gaussian_fill(noise, without, random);
  constexpr std::int64_t threshold = 10;
  double hits = 0;
  double false_hits = 0;
  for (const std::int64_t x : with) hits += x + static_cast<std::int64_t>(moved) > threshold ? 1 : 0;
  for (const std::int64_t x : without) false_hits += x > threshold ? 1 : 0;
  const double scale = std::exp(epsilon);
  const double gain = (hits - scale * false_hits) / n;
  const double error = std::sqrt((hits + scale * scale * false_hits)) / n;
  return gain - 6.2 * error > delta_of(booked, {epsilon});
}

TEST(Attack, does_not_beat_what_is_booked) {
  EXPECT_FALSE(attack_succeeds(rho(GaussianEvent{.sensitivity = {9}, .site_noise = noise}), 3));
}

TEST(Attack, beats_a_twin_that_forgets_that_an_entity_has_three_rows) {
  EXPECT_TRUE(attack_succeeds(rho(GaussianEvent{.sensitivity = {1}, .site_noise = noise}), 3));
}

}  // namespace
}  // namespace fedloom::privacy
