#include "train/targets.hpp"

#include <algorithm>
#include <cmath>

#include "fedloom/train/fit.hpp"

namespace fedloom::train {

namespace {

void take(const boundary::Measurement& m, Targets& targets) {
  if (m.query.kind != schema::Query::Kind::marginal || m.query.marginal.degree() == 0) return;
  Target& target = targets[m.query.marginal];
  target.counts.resize(m.grid_values.size(), 0.0);
  const double weight = 1.0 / (m.sigma * m.sigma), total = target.weight + weight;
  for (std::size_t k = 0; k < target.counts.size(); ++k) {
    target.counts[k] = (target.counts[k] * target.weight + m.value(k) * weight) / total;
  }
  target.weight = total;
}

/// Column of the bins' one-hot layout for each column of the codes'.
std::vector<std::uint32_t> columns_of(const schema::Coarsening& coarsening, const schema::Domain& fine,
                                      const schema::Domain& coarse) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < fine.dimensions(); ++i) {
    for (const std::uint32_t bin : coarsening.bins_of(i, fine.size(i))) out.push_back(coarse.offset(i) + bin);
  }
  return out;
}

}  // namespace

Targets merge(const std::vector<boundary::Measurement>& measurements) {
  Targets targets;
  for (const boundary::Measurement& m : measurements) {
    if (m.coarsening.empty()) take(m, targets);
  }
  return targets;
}

std::vector<CoarseTargets> coarse_targets(const std::vector<boundary::Measurement>& measurements,
                                          const schema::Domain& domain) {
  std::vector<CoarseTargets> out;
  const schema::Coarsening* newest = nullptr;
  for (const boundary::Measurement& m : measurements) {
    if (m.coarsening.empty()) continue;
    if (newest == nullptr || !(m.coarsening == *newest)) {
      newest = &m.coarsening;
      schema::Domain bins = newest->over(domain);
      std::vector<std::uint32_t> columns = columns_of(*newest, domain, bins);
      out.push_back({std::move(bins), std::move(columns), {}});
    }
    take(m, out.back().targets);
  }
  return out;
}

double estimate_rows(const std::vector<boundary::Measurement>& measurements) {
  double sum = 0, norm = 0;
  for (const boundary::Measurement& m : measurements) {
    if (m.query.kind != schema::Query::Kind::marginal) continue;
    double total = 0;
    for (std::size_t k = 0; k < m.grid_values.size(); ++k) total += m.value(k);
    const double weight = 1.0 / (m.sigma * m.sigma * static_cast<double>(m.grid_values.size()));
    sum += total * weight;
    norm += weight;
  }
  return norm > 0 ? std::max(1.0, sum / norm) : 1.0;
}

namespace {

/// Of 1/σ_r over the measured pairs and triples, those of the look left out; over 1-ways where there is none yet.
double mean_precision(const std::vector<boundary::Measurement>& measurements) {
  std::vector<boundary::Measurement> close;
  std::copy_if(measurements.begin(), measurements.end(), std::back_inserter(close),
               [](const boundary::Measurement& m) { return !m.look; });
  double joint = 0, single = 0;
  std::size_t joints = 0, singles = 0;
  for (const auto& [marginal, target] : merge(close)) {
    const bool one_way = marginal.degree() == 1;
    (one_way ? single : joint) += std::sqrt(target.weight);
    ++(one_way ? singles : joints);
  }
  if (joints > 0) return joint / static_cast<double>(joints);
  return singles > 0 ? single / static_cast<double>(singles) : 0.0;
}

}  // namespace

double mutual_information_weight(const std::vector<boundary::Measurement>& measurements) {
  constexpr double kWeight = 0.6;
  return kWeight * mean_precision(measurements);
}

double clearness(const std::vector<boundary::Measurement>& measurements) {
  return std::sqrt(estimate_rows(measurements)) * mean_precision(measurements);
}

}  // namespace fedloom::train
