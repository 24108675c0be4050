#pragma once
// What a ledger entry is made of: one mechanism, its sensitivity, the noise actually sampled.

#include <array>
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

/// trust: aggregate: exact totals go to a trusted curator, who may release at most ρ of them in the whole run. Costs
/// that ρ, once a run: what the curator releases is paid for by it.
struct CuratorEvent {
  std::uint64_t rho_num = 0;  ///< ρ = rho_num / 2^rho_shift
  std::uint8_t rho_shift = 0;
  bool operator==(const CuratorEvent&) const = default;
};
/// The event whose ρ is the largest that is at most `rho` (≥ 0, below 2^53) and can be written so.
CuratorEvent curator_event(Rho rho);

/// trust: aggregate: the exact marginal over these attributes was opened to the curator. Costs nothing beside the
/// CuratorEvent that comes before it.
struct OpenedEvent {
  static constexpr std::size_t most = 3;
  std::uint8_t degree = 0;
  std::array<std::uint32_t, most> attributes{};  ///< ascending; zero from `degree` on
  bool operator==(const OpenedEvent&) const = default;
};

}  // namespace fedloom::privacy
