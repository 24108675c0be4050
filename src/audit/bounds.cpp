#include "fedloom/audit/bounds.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "fedloom/base/check.hpp"

namespace fedloom::audit {
namespace {

/// No audit tells more than this.
constexpr double most_epsilon = 100;

double whole(std::uint64_t number) { return static_cast<double>(number); }

}  // namespace

double clopper_pearson_low(std::uint64_t hits, std::uint64_t trials, double error) {
  FEDLOOM_CHECK(hits <= trials && trials > 0 && error > 0 && error < 1);
  if (hits == 0) return 0;
  return boost::math::ibeta_inv(whole(hits), whole(trials - hits + 1), error);
}

double clopper_pearson_high(std::uint64_t hits, std::uint64_t trials, double error) {
  FEDLOOM_CHECK(hits <= trials && trials > 0 && error > 0 && error < 1);
  if (hits == trials) return 1;
  return boost::math::ibetac_inv(whole(hits + 1), whole(trials - hits), error);
}

double many_run_epsilon(const ManyRuns& runs, double delta, double error) {
  const double hits = clopper_pearson_low(runs.hits, runs.with, error / 2);
  const double false_hits = clopper_pearson_high(runs.false_hits, runs.without, error / 2);
  return hits > delta ? std::max(0.0, std::log((hits - delta) / false_hits)) : 0;
}

double one_run_p_value(const OneRun& run, double epsilon, double delta) {
  FEDLOOM_CHECK(run.right <= run.guesses && run.guesses <= run.canaries);
  if (run.right == 0) return 1;
  const boost::math::binomial law(whole(run.guesses), 1 / (1 + std::exp(-epsilon)));
  const double at_least = boost::math::cdf(boost::math::complement(law, whole(run.right - 1)));
  double most = 0, below = 0;
  for (std::uint64_t i = 1; i <= run.right; ++i) {
    below += boost::math::pdf(law, whole(run.right - i));
    most = std::max(most, below / whole(i));
  }
  return std::min(1.0, at_least + 2 * whole(run.canaries) * delta * most);
}

double one_run_epsilon(const OneRun& run, double delta, double error) {
  if (one_run_p_value(run, 0, delta) >= error) return 0;
  double low = 0, high = most_epsilon;
  if (one_run_p_value(run, high, delta) < error) return high;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (one_run_p_value(run, middle, delta) < error ? low : high) = middle;
  }
  return low;
}

}  // namespace fedloom::audit
