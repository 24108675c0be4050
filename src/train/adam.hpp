#pragma once
// Constants of Adam that both kinds of kernels share.

#include <cmath>
#include <cstdint>

namespace fedloom::train {

struct AdamStep {
  static constexpr double beta1 = 0.5, beta2 = 0.95;
  double rate, floor;

  /// √(v/c₂) = √v/√c₂, so both corrections of the moments go into the step.
  AdamStep(double step_size, std::int64_t steps) {
    const auto t = static_cast<double>(steps);
    const double root = std::sqrt(1.0 - std::pow(beta2, t));
    rate = step_size * root / (1.0 - std::pow(beta1, t));
    floor = 1e-12 * root;
  }
};

}  // namespace fedloom::train
