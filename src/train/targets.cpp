#include "train/targets.hpp"

#include <algorithm>
#include <cmath>

#include "fedloom/train/fit.hpp"

namespace fedloom::train {

Targets merge(const std::vector<boundary::Measurement>& measurements) {
  Targets targets;
  for (const boundary::Measurement& m : measurements) {
    if (m.query.kind != schema::Query::Kind::marginal || m.query.marginal.degree() == 0) continue;
    Target& target = targets[m.query.marginal];
    target.counts.resize(m.grid_values.size(), 0.0);
    const double weight = 1.0 / (m.sigma * m.sigma), total = target.weight + weight;
    for (std::size_t k = 0; k < target.counts.size(); ++k) {
      target.counts[k] = (target.counts[k] * target.weight + m.value(k) * weight) / total;
    }
    target.weight = total;
  }
  return targets;
}

double estimate_rows(const std::vector<boundary::Measurement>& measurements, const schema::Domain& domain) {
  double sum = 0, norm = 0;
  for (const boundary::Measurement& m : measurements) {
    if (m.query.kind != schema::Query::Kind::marginal) continue;
    double total = 0;
    for (std::size_t k = 0; k < m.grid_values.size(); ++k) total += m.value(k);
    const double weight = 1.0 / (m.sigma * m.sigma * static_cast<double>(m.query.marginal.cells(domain)));
    sum += total * weight;
    norm += weight;
  }
  return norm > 0 ? std::max(1.0, sum / norm) : 1.0;
}

double mutual_information_weight(const std::vector<boundary::Measurement>& measurements) {
  double joint = 0, single = 0;
  std::size_t joints = 0, singles = 0;
  for (const auto& [marginal, target] : merge(measurements)) {
    const bool one_way = marginal.degree() == 1;
    (one_way ? single : joint) += std::sqrt(target.weight);
    ++(one_way ? singles : joints);
  }
  if (joints > 0) return 0.5 * joint / static_cast<double>(joints);
  return singles > 0 ? 0.5 * single / static_cast<double>(singles) : 0.0;
}

}  // namespace fedloom::train
