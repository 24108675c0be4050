#include "fedloom/privacy/curve.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fedloom/privacy/discrete_gaussian_law.hpp"
#include "support/vector_file.hpp"

namespace fedloom::privacy {
namespace {

using Row = std::vector<std::string>;

constexpr double close = 1e-12;

/// `ours` is at least `theirs` and not much more.
void expect_just_above(double ours, double theirs) {
  EXPECT_GE(ours, theirs * (1 - 1e-16));
  EXPECT_LE(ours, theirs * (1 + close));
}

Event gaussian(std::uint64_t squared, std::uint64_t num, std::uint8_t shift, std::uint32_t m = 1, std::uint64_t d = 1) {
  return GaussianEvent{.sensitivity = {squared},
                       .site_noise = {.variance_num = num, .variance_shift = shift},
                       .contributors = m,
                       .dimension = d};
}

TEST(Conversion, epsilon_is_the_reference_value_rounded_up) {
  for (const Row& row : test::vector_rows("zcdp.csv", "eps_of_rho_delta")) {
    SCOPED_TRACE("rho " + row[1] + " delta " + row[2]);
    const Rho rho{std::stod(row[1])};
    const Delta delta{std::stod(row[2])};
    const double epsilon = epsilon_of(rho, delta).value;
    expect_just_above(epsilon, std::stod(row[4]));
    EXPECT_NEAR(epsilon, std::stod(row[3]), close * epsilon);
    EXPECT_LE(delta_of(rho, {epsilon}), delta.value);
    EXPECT_LT(epsilon, std::stod(row[6])) << "the looser bound of Bun and Steinke";
    EXPECT_GT(epsilon, std::stod(row[7])) << "one exact Gaussian of the same rho";
  }
}

TEST(Conversion, delta_is_the_reference_value_rounded_up) {
  for (const Row& row : test::vector_rows("zcdp.csv", "delta_of_rho_eps")) {
    SCOPED_TRACE("rho " + row[1] + " epsilon " + row[2]);
    const double delta = delta_of({std::stod(row[1])}, {std::stod(row[2])});
    expect_just_above(delta, std::stod(row[4]));
    EXPECT_NEAR(delta, std::stod(row[3]), close * delta);
    EXPECT_LT(delta, std::stod(row[6]));
    EXPECT_GT(delta, std::stod(row[7]));
  }
}

TEST(Conversion, rho_is_the_reference_value_rounded_down) {
  for (const Row& row : test::vector_rows("zcdp.csv", "rho_of_eps_delta")) {
    SCOPED_TRACE("epsilon " + row[1] + " delta " + row[2]);
    const Epsilon epsilon{std::stod(row[1])};
    const Delta delta{std::stod(row[2])};
    const double rho = rho_of(epsilon, delta).value;
    EXPECT_LE(rho, std::stod(row[4]) * (1 + 1e-16));
    EXPECT_NEAR(rho, std::stod(row[3]), close * rho);
    EXPECT_LE(delta_of({rho}, epsilon), delta.value);
    EXPECT_GT(rho, std::stod(row[6]));
    EXPECT_LE(epsilon_of({rho}, delta).value, epsilon.value * (1 + close));
  }
}

TEST(Conversion, no_spending_costs_nothing_and_no_delta_allows_nothing) {
  EXPECT_EQ(delta_of({0}, {1}), 0);
  EXPECT_EQ(epsilon_of({0}, {1e-9}).value, 0);
  EXPECT_EQ(rho_of({1}, {0}).value, 0);
  EXPECT_TRUE(std::isinf(epsilon_of({0.1}, {0}).value));
  EXPECT_EQ(epsilon_of({0.1}, {1}).value, 0);
}

TEST(Conversion, covers_the_exact_delta_of_the_discrete_gaussian) {
  for (const Row& row : test::vector_rows("extra.csv", "dgauss_exact_delta")) {
    SCOPED_TRACE(row[1]);
    const std::vector<double> p = test::numbers_after_equals(row[1]);
    const double rho = p[2] * p[2] / (2 * p[0]);
    const DiscreteGaussianLaw law(static_cast<long double>(p[0]));
    const auto exact = static_cast<double>(law.delta(static_cast<long double>(p[1]), static_cast<std::uint64_t>(p[2])));
    EXPECT_NEAR(exact, std::stod(row[2]), 1e-13);
    const double bound = delta_of({rho}, {p[1]});
    EXPECT_NEAR(bound, std::stod(row[3]), 1e-11 * bound);
    EXPECT_LT(exact, bound);
  }
}

TEST(Conversion, gives_the_sigma_of_the_reference_for_one_query) {
  for (const Row& row : test::vector_rows("extra.csv", "analytic_gaussian_sigma")) {
    SCOPED_TRACE(row[1]);
    const std::vector<double> p = test::numbers_after_equals(row[1]);
    const double sigma = p[2] / std::sqrt(2 * rho_of({p[0]}, {p[1]}).value);
    EXPECT_NEAR(sigma, std::stod(row[3]), 1e-11 * sigma);
    EXPECT_GT(sigma, std::stod(row[2])) << "the analytic Gaussian, which does not compose";
  }
}

TEST(Curve, composition_is_above_exact_accounting_and_not_above_zcdp) {
  for (const Row& row : test::vector_rows("extra.csv", "dgauss_pld_eps")) {
    SCOPED_TRACE(row[1]);
    const std::vector<double> p = test::numbers_after_equals(row[1]);
    Curve curve;
    for (int t = 0; t < static_cast<int>(p[1]); ++t) curve.add(gaussian(1, static_cast<std::uint64_t>(p[0]), 0));
    const double epsilon = curve.epsilon({p[2]}).value;
    EXPECT_GT(epsilon, std::stod(row[2]));
    EXPECT_NEAR(epsilon, std::stod(row[3]), 1e-11 * epsilon);
  }
}

TEST(Curve, tau_is_that_of_the_reference_and_covers_the_true_ratio) {
  for (const Row& row : test::vector_rows("distributed_dgauss.csv", "conv_log_ratio")) {
    SCOPED_TRACE("variance " + row[1] + " n " + row[2]);
    const double ours = tau(std::sqrt(std::stod(row[1])), static_cast<std::uint32_t>(std::stoul(row[2])));
    EXPECT_NEAR(ours, std::stod(row[4]), 1e-11 * ours);
    EXPECT_NEAR(ours / 2, std::stod(row[5]), 1e-11 * ours);
    EXPECT_LT(std::stod(row[3]), ours / 2);
  }
}

TEST(Curve, renyi_divergence_of_distributed_noise_is_that_of_the_reference) {
  int checked = 0;
  for (const Row& row : test::vector_file("distributed_dgauss.csv")) {
    if (row[0].find("ddg_rdp") != 0) continue;
    SCOPED_TRACE(row[0]);
    const std::vector<double> p = test::numbers_after_equals(row[0]);  // alpha, Δ₂, σ of a site, n, grid step, d
    const double sigma = p[2] / p[4];
    EXPECT_NEAR(tau(sigma, static_cast<std::uint32_t>(p[3])), std::stod(row[3]), 1e-13);
    const GaussianEvent event{
        .sensitivity = {static_cast<std::uint64_t>(std::llround(std::pow(p[1] / p[4], 2)))},
        .site_noise = {.variance_num = static_cast<std::uint64_t>(std::llround(sigma * sigma * 0x1p40)),
                       .variance_shift = 40},
        .contributors = static_cast<std::uint32_t>(p[3]),
        .dimension = static_cast<std::uint64_t>(p[5])};
    EXPECT_NEAR(renyi(event, p[0]), std::stod(row[4]), 1e-10 * std::stod(row[4]));
    EXPECT_GE(renyi(event, p[0]), std::stod(row[5]) * (1 - 1e-12)) << "below ideal Gaussian noise";
    EXPECT_LE(renyi(event, p[0]), rho(event).value * p[0] * (1 + 1e-15));
    ++checked;
  }
  EXPECT_EQ(checked, 5);
}

TEST(Curve, rho_of_a_gaussian_is_the_smallest_double_not_below_the_fraction) {
  for (const std::uint64_t squared : {1U, 3U, 9U, 1000003U}) {
    for (const std::uint64_t num : {1U, 7U, 33554431U, 16777217U}) {
      const double value = rho(gaussian(squared, num, 5)).value;
      const long double exact = static_cast<long double>(squared * 32) / static_cast<long double>(num * 2);
      EXPECT_GE(static_cast<long double>(value), exact * (1 - 0x1p-60L));
      EXPECT_LE(static_cast<long double>(std::nextafter(value, 0)), exact);
    }
  }
}

TEST(Curve, grid_bits_count_in_the_sensitivity) {
  GaussianEvent coarse{.sensitivity = {9}, .site_noise = {.variance_num = 18}};
  GaussianEvent fine{.sensitivity = {9}, .site_noise = {.variance_num = 18 * 256, .grid_bits = 4}};
  EXPECT_EQ(rho(coarse).value, 0.25);
  EXPECT_EQ(rho(fine).value, 0.25);
}

TEST(Curve, contributors_share_the_noise_and_pay_for_tau) {
  const double ideal = 1.0 / (2 * 3 * 32);
  const double shared = rho(gaussian(1, 32, 0, 3, 1000)).value;
  EXPECT_GE(shared, ideal);
  EXPECT_NEAR(shared, ideal, 1e-15);
  // σ = 1 in each of three sites is too little for the sum to pass for one discrete Gaussian.
  EXPECT_NEAR(rho(gaussian(1, 1, 0, 3, 50)).value, 0.3377282560678937 / 2, 1e-12);
}

TEST(Curve, exponential_mechanism_costs_an_eighth_of_epsilon_squared) {
  const Event event = ExponentialEvent{.epsilon_num = 3, .epsilon_shift = 2, .candidates = 10};
  EXPECT_EQ(rho(event).value, 0.75 * 0.75 / 8);
  EXPECT_EQ(renyi(event, 2), 0.75 * 0.75 / 4);
  EXPECT_EQ(renyi(event, 1000), 0.75) << "pure differential privacy bounds every order";
}

TEST(Curve, composition_adds_every_order) {
  Curve a;
  Curve b;
  a.add(gaussian(1, 100, 0));
  b.add(ExponentialEvent{.epsilon_num = 1, .epsilon_shift = 3});
  b.add(gaussian(1, 50, 0));
  Curve both = a;
  both.add(b);
  EXPECT_NEAR(both.rho().value, 1.0 / 512 + 0.01 + 0.005, 1e-17);
  EXPECT_GE(both.rho().value, a.rho().value + b.rho().value);
  for (std::size_t i = 0; i < Curve::orders().size(); ++i) {
    EXPECT_DOUBLE_EQ(both.renyi(i), a.renyi(i) + b.renyi(i));
    EXPECT_GE(both.renyi(i), a.renyi(i) + b.renyi(i));
  }
}

TEST(Curve, many_pure_selections_use_the_order_grid) {
  // At large ε the bound by ε itself is below ε²/8 times the order, and the curve notices.
  Curve curve;
  curve.add(ExponentialEvent{.epsilon_num = 20});
  EXPECT_LT(curve.epsilon({1e-9}).value, epsilon_of(curve.rho(), {1e-9}).value);
  EXPECT_LE(curve.epsilon({1e-9}).value, 20.1);
}

TEST(Curve, the_opening_of_AIM_costs_what_the_reference_says) {
  for (const Row& row : test::vector_rows("extra.csv", "AIM_init")) {
    SCOPED_TRACE(row[1]);
    const std::vector<double> p = test::numbers_after_equals(row[1]);       // ρ, d, T
    const std::vector<double> scales = test::numbers_after_equals(row[2]);  // σ₀, ε₀
    const std::vector<double> costs = test::numbers_after_equals(row[3]);   // a round, the one-ways
    const Event measure = gaussian(1, static_cast<std::uint64_t>(std::llround(scales[0] * scales[0] * 0x1p24)), 24);
    const Event select = ExponentialEvent{.epsilon_num = static_cast<std::uint64_t>(std::llround(scales[1] * 0x1p40)),
                                          .epsilon_shift = 40};
    EXPECT_NEAR(rho(measure).value + rho(select).value, costs[0], 1e-9 * costs[0]);
    EXPECT_NEAR(costs[0] * p[2], p[0], 1e-12);
    Curve ones;
    for (int i = 0; i < static_cast<int>(p[1]); ++i) ones.add(measure);
    EXPECT_NEAR(ones.rho().value, costs[1], 1e-9 * costs[1]);
  }
}

TEST(CurveDeath, an_event_without_noise_is_a_broken_invariant) {
  EXPECT_DEATH(rho(gaussian(1, 0, 0)), "broken invariant");
  EXPECT_DEATH(rho(gaussian(1, 1, 0, 0)), "broken invariant");
}

}  // namespace
}  // namespace fedloom::privacy
