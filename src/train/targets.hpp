#pragma once
// Measurements as the fit wants them: float, one per marginal, repeats merged.

#include <map>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/schema/domain.hpp"

namespace fedloom::train {

/// Everything that was measured of one marginal, merged by inverse variance.
struct Target {
  std::vector<double> counts;
  double weight = 0;  ///< 1/σ²
};
using Targets = std::map<schema::Marginal, Target>;

/// Marginals of at least one attribute over the codes themselves; sketches, the count of rows and what was measured
/// over bins are left out.
Targets merge(const std::vector<boundary::Measurement>& measurements);

/// What was measured over one coarsening of a domain.
struct CoarseTargets {
  schema::Domain domain;              ///< of the bins
  std::vector<std::uint32_t> column;  ///< of each column of the fine domain's one-hot layout: its bin's
  Targets targets;
};
std::vector<CoarseTargets> coarse_targets(const std::vector<boundary::Measurement>& measurements,
                                          const schema::Domain& domain);

}  // namespace fedloom::train
