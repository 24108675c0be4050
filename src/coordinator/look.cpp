#include "coordinator/look.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "coordinator/selection.hpp"
#include "fedloom/coordinator/coarsen.hpp"

namespace fedloom::coordinator {
namespace {

using schema::Coarsening;
using schema::Domain;
using schema::Marginal;

constexpr std::uint32_t kBinsOfTriples = 3, kBinsOfPairs = 4;
// A step of the fit takes time with each cell.
constexpr double kCellsOfTriples = 150'000, kCellsOfPairs = 2'000'000;
constexpr double kNoisePartAtMost = 1.0;
// Of a look's cost, what a marginal with a kept attribute takes beside another (docs/experiments, section 8).
constexpr double kKeptShare = 4.0;
// A pair's error over its codes is larger than over a few bins.
constexpr double kErrorOfCodes = 2.0;

Coarsening few_bins(const Domain& domain, const std::vector<boundary::Measurement>& one_ways, std::uint32_t bins) {
  std::vector<Coarsening::Axis> axes;
  for (std::uint32_t i = 0; i < domain.dimensions(); ++i) {
    if (domain.size(i) <= bins) continue;
    const auto noisy = boundary::one_way_of(i, one_ways);
    axes.push_back({i, equal_runs(noisy ? noisy->counts : std::vector<double>(domain.size(i), 1.0), bins)});
  }
  return Coarsening(std::move(axes));
}

Look look_of_degree(const Domain& domain, const std::vector<boundary::Measurement>& one_ways, std::size_t degree) {
  return {few_bins(domain, one_ways, degree == 3 ? kBinsOfTriples : kBinsOfPairs),
          schema::all_marginals(domain.dimensions(), degree)};
}

/// A pair's cells as all marginals that hold it tell them.
struct PooledPair {
  std::vector<double> sum;
  double variance = 0;  ///< of a cell of the sum
  std::uint32_t marginals = 0;
};

void pool(const boundary::Measurement& m, const Domain& bins, std::map<Marginal, PooledPair>& pairs) {
  const Marginal& r = m.query.marginal;
  const std::array<std::size_t, 3> size{bins.size(r[0]), bins.size(r[1]), r.degree() == 3 ? bins.size(r[2]) : 1};
  for (std::size_t left_out = r.degree() == 3 ? 0 : 2; left_out < 3; ++left_out) {
    const std::size_t a = left_out == 0 ? 1 : 0, b = left_out == 2 ? 1 : 2;
    PooledPair& pair = pairs[Marginal{r[a], r[b]}];
    pair.sum.resize(size[a] * size[b]);
    std::array<std::size_t, 3> v{};
    std::size_t cell = 0;
    for (v[0] = 0; v[0] < size[0]; ++v[0]) {
      for (v[1] = 0; v[1] < size[1]; ++v[1]) {
        for (v[2] = 0; v[2] < size[2]; ++v[2]) pair.sum[v[a] * size[b] + v[b]] += m.value(cell++);
      }
    }
    pair.variance += m.sigma * m.sigma * static_cast<double>(size[left_out]);
    ++pair.marginals;
  }
}

}  // namespace

std::vector<std::uint32_t> equal_runs(const std::vector<double>& counts, std::uint32_t bins) {
  const auto mass = [&](std::size_t code) { return std::max(counts[code], 0.0) + 1e-9; };
  std::vector<std::uint32_t> bin_of(counts.size(), 0);
  double left = 0, held = 0;
  for (std::size_t code = 0; code < counts.size(); ++code) left += mass(code);
  std::uint32_t bin = 0;
  for (std::size_t code = 0; code < counts.size(); ++code) {
    const std::uint32_t open = bins - bin;
    if (held > 0 && open > 1 && held + 0.5 * mass(code) > left / open) {
      ++bin;
      left -= held;
      held = 0;
    }
    bin_of[code] = bin;
    held += mass(code);
  }
  return bin_of;
}

std::vector<double> look_parts(const Look& look, const Kept& kept) {
  std::vector<double> parts;
  double total = 0;
  for (const Marginal& marginal : look.marginals) {
    parts.push_back(!look.whole() && kept.in(marginal) ? kKeptShare : 1.0);
    total += parts.back();
  }
  for (double& part : parts) part /= total;
  return parts;
}

std::optional<Look> look_for(const Domain& domain, const std::vector<boundary::Measurement>& one_ways,
                             const LookRequest& request) {
  const auto d = static_cast<double>(domain.dimensions());
  const double pairs = d * (d - 1.0) / 2.0, cells = kBinsOfPairs * kBinsOfPairs;
  // Triples tell as much of pairs as pairs do at the same cost, so one figure serves both.
  const double sigma = request.inflation * std::sqrt(pairs / (2.0 * request.rho));
  if (kNoiseBias * cells * sigma > kNoisePartAtMost * request.rows || pairs * cells > kCellsOfPairs)
    return std::nullopt;
  const double triples = pairs * (d - 2.0) / 3.0 * kBinsOfTriples * kBinsOfTriples * kBinsOfTriples;
  if (request.degree >= 3 && domain.dimensions() >= 3 && triples <= kCellsOfTriples) {
    return look_of_degree(domain, one_ways, 3);
  }
  return look_of_degree(domain, one_ways, 2);
}

std::map<Marginal, double> look_errors(
    const std::vector<const boundary::Measurement*>& look, const Domain& domain,
    const std::function<std::vector<std::vector<float>>(const std::vector<Marginal>&)>& model) {
  if (look.empty()) return {};
  const Coarsening& coarsening = look.front()->coarsening;
  const Domain over = coarsening.over(domain);
  std::map<Marginal, PooledPair> pooled;
  for (const boundary::Measurement* m : look) pool(*m, over, pooled);
  std::vector<Marginal> pairs;
  for (const auto& [pair, sums] : pooled) pairs.push_back(pair);
  const std::vector<std::vector<float>> answers = model(pairs);
  std::map<Marginal, double> errors;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const PooledPair& pair = pooled.at(pairs[k]);
    const auto rows = coarsening.bins_of(pairs[k][0], domain.size(pairs[k][0]));
    const auto columns = coarsening.bins_of(pairs[k][1], domain.size(pairs[k][1]));
    std::vector<double> binned(pair.sum.size(), 0.0);
    std::size_t cell = 0;
    for (const std::uint32_t row : rows) {
      for (const std::uint32_t column : columns) {
        binned[row * over.size(pairs[k][1]) + column] += static_cast<double>(answers[k][cell++]);
      }
    }
    double square = 0;
    for (std::size_t c = 0; c < binned.size(); ++c) square += std::pow(pair.sum[c] / pair.marginals - binned[c], 2);
    const auto cells = static_cast<double>(binned.size());
    const double noise = cells * pair.variance / (static_cast<double>(pair.marginals) * pair.marginals);
    errors[pairs[k]] = kErrorOfCodes * std::sqrt(cells * std::max(0.0, square - noise));
  }
  return errors;
}

}  // namespace fedloom::coordinator
