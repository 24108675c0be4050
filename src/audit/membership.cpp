#include "fedloom/audit/membership.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <stdexcept>

#include "fedloom/audit/bounds.hpp"
#include "fedloom/base/error.hpp"
#include "rows.hpp"
#include "tree_density.hpp"

namespace fedloom::audit {
namespace {

constexpr std::size_t least_rows = 40;
constexpr double low_fpr = 0.01;
/// The density of synthetic rows is fitted to this many at most.
constexpr std::size_t most_fitted = 50000;

double normal_quantile(double error) {
  return boost::math::quantile(boost::math::complement(boost::math::normal(), error / 2));
}

void require_rows(const data::Table& table, const char* which) {
  if (table.rows() >= least_rows) return;
  throw DataError({}, std::string("there are only ") + std::to_string(table.rows()) + " rows " + which,
                  "give at least " + std::to_string(least_rows) + ": of fewer nothing can be told");
}

std::size_t above(const std::vector<double>& scores, std::size_t first, std::size_t last, double threshold) {
  return static_cast<std::size_t>(std::count_if(scores.begin() + static_cast<std::ptrdiff_t>(first),
                                                scores.begin() + static_cast<std::ptrdiff_t>(last),
                                                [threshold](double score) { return score >= threshold; }));
}

ManyRuns runs_at(const std::vector<double>& members, const std::vector<double>& others, double threshold, bool second) {
  const auto half = [second](const std::vector<double>& scores) {
    return second ? std::pair{scores.size() / 2, scores.size()} : std::pair{std::size_t{0}, scores.size() / 2};
  };
  const auto [m_first, m_last] = half(members);
  const auto [o_first, o_last] = half(others);
  return {.with = m_last - m_first,
          .hits = above(members, m_first, m_last, threshold),
          .without = o_last - o_first,
          .false_hits = above(others, o_first, o_last, threshold)};
}

double epsilon_proved(const std::vector<double>& members, const std::vector<double>& others, double error) {
  double best = 0, chosen = INFINITY;
  for (std::size_t i = 0; i < members.size() / 2; ++i) {
    const double proved = many_run_epsilon(runs_at(members, others, members[i], false), 0, error);
    if (proved <= best) continue;
    best = proved;
    chosen = members[i];
  }
  return std::isinf(chosen) ? 0 : many_run_epsilon(runs_at(members, others, chosen, true), 0, error);
}

AttackResult judged(std::string name, const std::vector<double>& members, const std::vector<double>& others,
                    double error) {
  AttackResult result{.name = std::move(name), .members = members.size(), .others = others.size()};
  result.auc = area_under_roc(members, others);
  const auto m = static_cast<double>(members.size()), n = static_cast<double>(others.size());
  const double a = result.auc, q1 = a / (2 - a), q2 = 2 * a * a / (1 + a);
  const double variance = (a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (m * n);
  const double reach = normal_quantile(error) * std::sqrt(std::max(0.0, variance));
  result.auc_low = std::max(0.0, a - reach);
  result.auc_high = std::min(1.0, a + reach);
  std::vector<double> sorted = others;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const double threshold = sorted[static_cast<std::size_t>(low_fpr * n)];
  const auto hits = std::count_if(members.begin(), members.end(), [&](double score) { return score > threshold; });
  result.tpr_at_low_fpr = static_cast<double>(hits) / m;
  result.epsilon_lower = epsilon_proved(members, others, error);
  return result;
}

std::vector<double> density_ratios(const Rows& rows, const TreeDensity& synthetic, const TreeDensity& reference) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    scores.push_back(synthetic.log_density(rows[i]) - reference.log_density(rows[i]));
  }
  return scores;
}

std::vector<double> densities(const Rows& rows, const TreeDensity& reference) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < rows.size(); ++i) scores.push_back(reference.log_density(rows[i]));
  return scores;
}

std::vector<std::uint32_t> distances(const Rows& rows, const Rows& among) {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(distance_to_nearest(rows[i], among));
  return found;
}

std::vector<double> closer_than(const std::vector<std::uint32_t>& to_synthetic,
                                const std::vector<std::uint32_t>& to_reference) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < to_synthetic.size(); ++i) {
    scores.push_back(static_cast<double>(to_reference[i]) - static_cast<double>(to_synthetic[i]));
  }
  return scores;
}

Memorisation::Shares shares_of(const std::vector<std::uint32_t>& to_synthetic) {
  const auto n = static_cast<double>(to_synthetic.size());
  const auto within = [&](std::uint32_t most) {
    return static_cast<double>(std::count_if(to_synthetic.begin(), to_synthetic.end(),
                                             [most](std::uint32_t distance) { return distance <= most; })) /
           n;
  };
  return {.exact = within(0), .near = within(1)};
}

Memorisation memorised(const std::vector<std::uint32_t>& members, const std::vector<std::uint32_t>& others,
                       double error) {
  Memorisation result{.members = shares_of(members), .others = shares_of(others)};
  const double p = result.members.exact, q = result.others.exact;
  const double reach = normal_quantile(error) * std::sqrt(p * (1 - p) / static_cast<double>(members.size()) +
                                                          q * (1 - q) / static_cast<double>(others.size()));
  result.exact_difference_low = p - q - reach;
  result.exact_difference_high = p - q + reach;
  return result;
}

}  // namespace

double area_under_roc(std::vector<double> members, std::vector<double> others) {
  std::sort(members.begin(), members.end());
  std::sort(others.begin(), others.end());
  double wins = 0;
  for (const double score : members) {
    const auto [low, high] = std::equal_range(others.begin(), others.end(), score);
    wins += static_cast<double>(low - others.begin()) + 0.5 * static_cast<double>(high - low);
  }
  return wins / (static_cast<double>(members.size()) * static_cast<double>(others.size()));
}

MembershipReport attack_rows(const data::Table& members, const data::Table& hold_out, const data::Table& synthetic,
                             const MembershipOptions& options) {
  if (members.domain() != hold_out.domain() || members.domain() != synthetic.domain()) {
    throw std::invalid_argument("the tables have different domains");
  }
  require_rows(members, "that went in");
  require_rows(hold_out, "that did not go in");
  require_rows(synthetic, "of synthetic data");
  PublicStream stream(options.seed, "fedloom audit rows");
  const Rows attacked(members, options.most_rows, stream);
  const Rows kept(hold_out, 2 * options.most_rows, stream);
  const Rows others = kept.every_other(0), reference = kept.every_other(1);
  const Rows made(synthetic, most_fitted, stream);

  const TreeDensity of_synthetic(made), of_reference(reference);
  const auto members_made = distances(attacked, made), others_made = distances(others, made);
  MembershipReport report;
  report.attacks.push_back(judged("density ratio", density_ratios(attacked, of_synthetic, of_reference),
                                  density_ratios(others, of_synthetic, of_reference), options.error));
  report.attacks.push_back(judged("nearest neighbour", closer_than(members_made, distances(attacked, reference)),
                                  closer_than(others_made, distances(others, reference)), options.error));
  report.populations =
      judged("reference alone", densities(attacked, of_reference), densities(others, of_reference), options.error);
  report.memorisation = memorised(members_made, others_made, options.error);
  return report;
}

}  // namespace fedloom::audit
