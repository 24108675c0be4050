#include "fedloom/audit/canaries.hpp"

#include <algorithm>
#include <numeric>

#include "fedloom/audit/bounds.hpp"
#include "fedloom/base/check.hpp"

namespace fedloom::audit {
namespace {

/// Uniform on [0, bound) but for a share below bound/2^64.
std::uint32_t below(std::uint32_t bound, RandomWords& random) {
  return static_cast<std::uint32_t>(random.next() % bound);
}

double released_rows(const std::vector<boundary::Measurement>& measurements) {
  const boundary::Measurement* best = nullptr;
  for (const auto& measurement : measurements) {
    if (measurement.query.kind != schema::Query::Kind::marginal) continue;
    if (best == nullptr || measurement.query.marginal.degree() < best->query.marginal.degree()) best = &measurement;
  }
  double sum = 0;
  for (std::size_t k = 0; best != nullptr && k < best->grid_values.size(); ++k) sum += best->value(k);
  return sum;
}

/// Row-major cell of a row in a marginal.
std::size_t cell_of(const std::vector<std::uint32_t>& row, const schema::Marginal& marginal,
                    const schema::Domain& domain) {
  std::size_t cell = 0;
  for (const std::uint32_t attribute : marginal) cell = cell * domain.size(attribute) + row[attribute];
  return cell;
}

}  // namespace

Canaries make_canaries(const schema::Domain& domain, std::size_t count, RandomWords& random) {
  Canaries made;
  for (std::size_t i = 0; i < count; ++i) {
    auto& row = made.rows.emplace_back();
    for (std::size_t a = 0; a < domain.dimensions(); ++a) row.push_back(below(domain.size(a), random));
    made.in.push_back(random.next() & 1U);
  }
  return made;
}

std::vector<double> canary_scores(const Canaries& canaries, const std::vector<boundary::Measurement>& measurements,
                                  const model::Generator& generator, const schema::Domain& domain) {
  const double rows = released_rows(measurements);
  const auto& coarsening = generator.expansion().coarsening();
  const schema::Domain bins = coarsening.over(domain);
  // Each canary in the model's bins, and in its own codes.
  std::vector<std::vector<std::uint32_t>> binned = canaries.rows;
  for (const auto& axis : coarsening.axes()) {
    for (auto& row : binned) row[axis.attribute] = axis.bin_of[row[axis.attribute]];
  }
  std::vector<double> scores(canaries.rows.size(), 0.0);
  for (const auto& measurement : measurements) {
    const auto& marginal = measurement.query.marginal;
    if (measurement.query.kind != schema::Query::Kind::marginal || marginal.degree() == 0) continue;
    const bool of_bins = measurement.coarsening == coarsening;
    const bool of_codes = measurement.coarsening.empty() && marginal.degree() == 1;
    if (!of_bins && !of_codes) continue;
    const auto model = of_bins ? generator.answer(marginal) : generator.one_way_of_rows(marginal[0]);
    const double precision = 1 / (measurement.sigma * measurement.sigma);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const std::size_t cell = of_bins ? cell_of(binned[i], marginal, bins) : canaries.rows[i][marginal[0]];
      scores[i] += (measurement.value(cell) - rows * model[cell]) * precision;
    }
  }
  return scores;
}

CanaryVerdict judge_canaries(const Canaries& canaries, const std::vector<double>& scores, std::size_t guesses,
                             double delta, double error) {
  FEDLOOM_CHECK(scores.size() == canaries.in.size() && guesses <= scores.size() && guesses % 2 == 0);
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  CanaryVerdict verdict{.canaries = scores.size(), .guesses = guesses};
  verdict.in = static_cast<std::size_t>(std::count(canaries.in.begin(), canaries.in.end(), true));
  for (std::size_t i = 0; i < guesses / 2; ++i) {
    verdict.right += canaries.in[order[i]];
    verdict.right += !canaries.in[order[order.size() - 1 - i]];
  }
  verdict.epsilon_lower =
      one_run_epsilon({.canaries = verdict.canaries, .guesses = verdict.guesses, .right = verdict.right}, delta, error);
  return verdict;
}

}  // namespace fedloom::audit
