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

/// Marginals of at least one attribute; sketches and the count of rows are left out.
Targets merge(const std::vector<boundary::Measurement>& measurements);

}  // namespace fedloom::train
