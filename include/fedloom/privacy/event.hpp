#pragma once
// What a ledger entry is made of: one mechanism, its sensitivity, the noise actually sampled.

#include <string>

#include "fedloom/privacy/units.hpp"

namespace fedloom::privacy {

/// Discrete Gaussian noise, added by `contributors` honest parties each, to an integer vector.
struct GaussianEvent {
  L2Bound sensitivity;             ///< count units, per entity
  NoiseScale site_noise;           ///< of each contributor
  std::uint32_t contributors = 1;  ///< m = n − t: parties whose noise is counted on
  std::uint64_t dimension = 0;     ///< d: length of the vector
  bool operator==(const GaussianEvent&) const = default;
};

/// Exponential mechanism with parameter ε: P(i) ∝ exp(ε·q_i / (2Δ)).
struct ExponentialEvent {
  std::uint64_t epsilon_num = 0;  ///< ε = epsilon_num / 2^epsilon_shift
  std::uint8_t epsilon_shift = 0;
  std::uint64_t candidates = 0;
  bool operator==(const ExponentialEvent&) const = default;
};

}  // namespace fedloom::privacy
