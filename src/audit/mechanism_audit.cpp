#include "fedloom/audit/mechanism_audit.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "fedloom/base/check.hpp"
#include "fedloom/base/public_stream.hpp"
#include "fedloom/privacy/discrete_gaussian_law.hpp"

namespace fedloom::audit {
namespace {

/// Thresholds further out than this many σ are never reached.
constexpr double farthest = 8;
/// Thresholds that are tried at a time.
constexpr std::size_t tests = 4;
/// Accusations that share the error: the bound, two rates, two correlations.
constexpr double accusations = 5;

/// P[X ≥ x] of the claimed noise for all x in reach, by one sum from the far end.
class Tail {
 public:
  explicit Tail(const MechanismClaim& claim)
      : first_(-static_cast<std::int64_t>(claim.shift)),
        last_(static_cast<std::int64_t>(std::ceil(farthest * std::sqrt(static_cast<double>(claim.variance)))) +
              static_cast<std::int64_t>(claim.shift)) {
    const privacy::DiscreteGaussianLaw law(claim.variance);
    at_least_.resize(static_cast<std::size_t>(last_ - first_ + 1));
    long double sum = law.at_least(last_ + 1);
    for (std::int64_t x = last_; x >= first_; --x) {
      sum += law.probability(x);
      at_least_[static_cast<std::size_t>(x - first_)] = static_cast<double>(sum);
    }
  }
  double at_least(std::int64_t x) const { return at_least_[static_cast<std::size_t>(x - first_)]; }
  std::int64_t last() const { return last_; }

 private:
  std::int64_t first_, last_;
  std::vector<double> at_least_;
};

CurvePoint point_at(const MechanismClaim& claim, const Tail& tail, std::int64_t threshold) {
  const auto shift = static_cast<double>(claim.shift);
  CurvePoint point{.threshold = threshold};
  // The likelihood ratio at the threshold: with a larger ε the cell would fall out of the best test, with a smaller
  // one another would come in.
  point.epsilon = shift * (2 * static_cast<double>(threshold) - shift) / (2 * static_cast<double>(claim.variance));
  point.true_positives = tail.at_least(threshold - static_cast<std::int64_t>(claim.shift));
  point.false_positives = tail.at_least(threshold);
  point.delta = point.true_positives - std::exp(point.epsilon) * point.false_positives;
  return point;
}

double expected_fraction(const CurvePoint& point, std::uint64_t trials, double error) {
  const std::uint64_t each = trials / 2;
  const auto of = [each](double rate) { return static_cast<std::uint64_t>(rate * static_cast<double>(each)); };
  const ManyRuns runs{
      .with = each, .hits = of(point.true_positives), .without = each, .false_hits = of(point.false_positives)};
  return many_run_epsilon(runs, point.delta, error) / point.epsilon;
}

std::string percent(double rate) {
  std::string text = std::to_string(100 * rate);
  return text.substr(0, text.find('.') + 5) + " %";
}

/// What all the releases of one trial add up to.
class Trial {
 public:
  Trial(const CurvePoint& point, const MechanismClaim& claim) : point_(point) {
    // Between the middle of both laws, which is best for no noise at all, and what is best for the claim.
    const auto middle = static_cast<double>(claim.shift) / 2;
    const auto far = static_cast<double>(point.threshold) - middle;
    for (std::size_t i = 0; i < tests; ++i) {
      thresholds_[i] = std::ceil(middle + far * static_cast<double>(i + 1) / tests);
    }
  }

  void take(const std::vector<bool>& present, const std::vector<double>& noisy) {
    FEDLOOM_CHECK(noisy.size() == present.size());
    for (std::size_t c = 0; c < noisy.size(); ++c) {
      off_grid_ += noisy[c] != std::floor(noisy[c]);
      for (std::size_t i = 0; i < tests; ++i) {
        const bool called = noisy[c] >= thresholds_[i];
        (present[c] ? runs_[i].with : runs_[i].without) += 1;
        (present[c] ? runs_[i].hits : runs_[i].false_hits) += called;
      }
      // Noise of one cell must say nothing of the next one's.
      if (c > 0 && !present[c] && !present[c - 1]) neighbours_.add(noisy[c - 1], noisy[c]);
    }
  }
  /// Two releases of one input.
  void compare(const std::vector<bool>& present, const std::vector<double>& one, const std::vector<double>& other) {
    for (std::size_t c = 0; c < present.size(); ++c) {
      if (!present[c]) releases_.add(one[c], other[c]);
    }
  }

  MechanismVerdict verdict(double whole_error) const {
    const double error = whole_error / accusations;
    const ManyRuns& best_of_claim = runs_.back();
    MechanismVerdict verdict{.point = point_, .runs = best_of_claim, .faults = {}};
    for (const ManyRuns& runs : runs_) {
      verdict.lower_bound = std::max(verdict.lower_bound, many_run_epsilon(runs, point_.delta, error / tests));
    }
    const auto accuse = [&verdict](std::string sentence) { verdict.faults.push_back(std::move(sentence)); };
    if (verdict.lower_bound > point_.epsilon) {
      accuse("the entity can be told: epsilon is at least " + std::to_string(verdict.lower_bound) + " at delta " +
             std::to_string(point_.delta) + ", where " + std::to_string(point_.epsilon) + " is booked");
    }
    check_rate("with the entity", best_of_claim.hits, best_of_claim.with, point_.true_positives, error, accuse);
    check_rate("without the entity", best_of_claim.false_hits, best_of_claim.without, point_.false_positives, error,
               accuse);
    if (off_grid_ > 0) {
      accuse(std::to_string(off_grid_) +
             " cells are no whole numbers of the grid: the last digits of floating-point noise give the count away "
             "(Mironov 2012)");
    }
    if (releases_.suspicious(error))
      accuse("two releases of one table have noise in common: it comes from a fixed seed");
    if (neighbours_.suspicious(error)) accuse("neighbouring cells have noise in common");
    return verdict;
  }

 private:
  /// Correlation of pairs that should be independent.
  class Pairs {
   public:
    void add(double x, double y) {
      ++count_;
      xy_ += x * y;
      xx_ += x * x;
      yy_ += y * y;
    }
    /// √N·r is standard normal when they are.
    bool suspicious(double error) const {
      if (count_ < 100 || xx_ == 0 || yy_ == 0) return false;
      const double z = xy_ / std::sqrt(xx_ * yy_) * std::sqrt(static_cast<double>(count_));
      return std::abs(z) > boost::math::quantile(boost::math::complement(boost::math::normal(), error / 2));
    }

   private:
    std::uint64_t count_ = 0;
    double xy_ = 0, xx_ = 0, yy_ = 0;
  };

  template <class Accuse>
  static void check_rate(const std::string& when, std::uint64_t hits, std::uint64_t trials, double expected,
                         double error, const Accuse& accuse) {
    if (trials == 0) return;
    const bool fits = clopper_pearson_low(hits, trials, error / 2) <= expected &&
                      expected <= clopper_pearson_high(hits, trials, error / 2);
    if (fits) return;
    accuse("the noise is not the one that is booked: " + when + ", " +
           percent(static_cast<double>(hits) / static_cast<double>(trials)) +
           " of the cells reach the threshold, and " + percent(expected) + " should");
  }

  CurvePoint point_;
  std::array<double, tests> thresholds_{};  ///< the last is the point's
  std::array<ManyRuns, tests> runs_{};
  std::uint64_t off_grid_ = 0;
  Pairs releases_, neighbours_;
};

}  // namespace

CurvePoint choose_point(const MechanismClaim& claim, std::uint64_t trials, double error, double fraction) {
  FEDLOOM_CHECK(claim.variance > 0 && claim.shift > 0 && trials >= 2);
  const Tail tail(claim);
  CurvePoint best;
  double most = -1;
  // From the far end: the first threshold that does is the one with the largest ε.
  for (std::int64_t threshold = tail.last(); 2 * threshold > static_cast<std::int64_t>(claim.shift); --threshold) {
    const CurvePoint point = point_at(claim, tail, threshold);
    const double expected = expected_fraction(point, trials, error);
    if (expected >= fraction) return point;
    if (expected > most) {
      most = expected;
      best = point;
    }
  }
  return best;
}

MechanismVerdict audit_mechanism(AuditedMechanism& mechanism, const MechanismClaim& claim,
                                 const MechanismAuditOptions& options) {
  FEDLOOM_CHECK(options.cells >= 1000);
  Trial trial(choose_point(claim, options.trials, options.error / (accusations * tests)), claim);
  PublicStream coins(options.seed, "fedloom audit coins");
  const std::uint64_t releases = std::max<std::uint64_t>(1, options.trials / options.cells);
  for (std::uint64_t release = 0; release < releases; ++release) {
    std::vector<bool> present(options.cells);
    for (std::size_t c = 0; c < present.size(); ++c) present[c] = coins.next() & 1U;
    const auto noisy = mechanism.release(present);
    trial.take(present, noisy);
    if (release == 0) trial.compare(present, noisy, mechanism.release(present));
  }
  return trial.verdict(options.error);
}

}  // namespace fedloom::audit
