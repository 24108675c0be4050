// What selecting one of two candidates costs, from the probabilities themselves: the largest D_α/α over all orders
// and all scores that a neighbour can have.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "fedloom/privacy/curve.hpp"
#include "support/vector_file.hpp"

namespace fedloom::privacy {
namespace {

/// P(first of two candidates) when its score lies `gap` above the other's, in units of 2Δ/ε.
using FirstWins = std::function<double(double gap)>;

double exponential_mechanism(double gap) { return 1 / (1 + std::exp(-gap)); }

/// Permute and flip: the better one wins unless the other comes first and its coin of exp(−gap) shows heads.
double permute_and_flip(double gap) { return gap >= 0 ? 1 - std::exp(-gap) / 2 : std::exp(gap) / 2; }

/// Report noisy max with Laplace noise of scale 2Δ/ε: the difference of two Laplace variables.
double noisy_max_laplace(double gap) {
  const double loses = std::exp(-std::abs(gap)) * (2 + std::abs(gap)) / 4;
  return gap >= 0 ? 1 - loses : loses;
}

double divergence_per_order(double alpha, double p, double q) {
  const auto log_term = [alpha](double a, double b) { return alpha * std::log(a) + (1 - alpha) * std::log(b); };
  const double first = log_term(p, q);
  const double second = log_term(1 - p, 1 - q);
  const double larger = std::max(first, second);
  return (larger + std::log1p(std::exp(std::min(first, second) - larger))) / (alpha - 1) / alpha;
}

/// The supremum by a search that narrows around the best of a grid.
double numeric_rho(const FirstWins& wins, double epsilon) {
  double best = 0;
  double best_log_order = 0;
  double best_gap = 0;
  double log_order_width = 11;  // α − 1 = exp(±11)
  double gap_width = 3 * epsilon + 6;
  for (int zoom = 0; zoom < 14; ++zoom) {
    const double log_order_centre = best_log_order;
    const double gap_centre = best_gap;
    for (int i = -40; i <= 40; ++i) {
      for (int j = -40; j <= 40; ++j) {
        const double log_order = log_order_centre + log_order_width * i / 40;
        const double gap = gap_centre + gap_width * j / 40;
        // A neighbour moves the scores by Δ each, in opposite directions: the gap moves by ε.
        for (const double moved : {gap + epsilon, gap - epsilon}) {
          const double value = divergence_per_order(1 + std::exp(log_order), wins(gap), wins(moved));
          if (value > best) {
            best = value;
            best_log_order = log_order;
            best_gap = gap;
          }
        }
      }
    }
    log_order_width /= 3;
    gap_width /= 3;
  }
  return best;
}

/// The reference maximised over a grid: it can only lie below the supremum, and not far.
void expect_agrees(double numeric, double reference) {
  EXPECT_GE(numeric, reference * (1 - 1e-7));
  EXPECT_LE(numeric, reference * (1 + 3e-3));
}

TEST(Selection, the_exponential_mechanism_costs_less_than_what_is_booked) {
  for (const auto& row : test::vector_file("selection_zcdp.csv")) {
    SCOPED_TRACE("epsilon " + row[0]);
    const double epsilon = std::stod(row[0]);
    const double numeric = numeric_rho(exponential_mechanism, epsilon);
    const Event event =
        ExponentialEvent{.epsilon_num = static_cast<std::uint64_t>(std::ceil(epsilon * 0x1p50)), .epsilon_shift = 50};
    expect_agrees(numeric, std::stod(row[1]));
    EXPECT_NEAR(rho(event).value, std::stod(row[2]), 1e-12);
    EXPECT_LE(std::stod(row[1]), rho(event).value);
    EXPECT_LE(numeric, rho(event).value);
  }
}

TEST(Selection, permute_and_flip_would_cost_more_than_what_is_booked) {
  for (const auto& row : test::vector_file("selection_zcdp.csv")) {
    SCOPED_TRACE("epsilon " + row[0]);
    const double epsilon = std::stod(row[0]);
    const double numeric = numeric_rho(permute_and_flip, epsilon);
    expect_agrees(numeric, std::stod(row[3]));
    EXPECT_GT(numeric, epsilon * epsilon / 8);
    EXPECT_LE(numeric, std::stod(row[5]));
  }
}

TEST(Selection, noisy_max_with_laplace_noise_agrees_with_the_reference) {
  for (const auto& row : test::vector_file("selection_zcdp.csv")) {
    SCOPED_TRACE("epsilon " + row[0]);
    const double numeric = numeric_rho(noisy_max_laplace, std::stod(row[0]));
    expect_agrees(numeric, std::stod(row[4]));
  }
}

}  // namespace
}  // namespace fedloom::privacy
