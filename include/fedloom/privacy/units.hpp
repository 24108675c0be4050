#pragma once
// Units that must not be mixed up.

#include <compare>
#include <cstdint>

namespace fedloom::privacy {

/// zCDP parameter (Bun & Steinke 2016): D_α ≤ ρ·α for all α > 1.
struct Rho {
  double value = 0;
  auto operator<=>(const Rho&) const = default;
};
inline Rho operator+(Rho a, Rho b) { return {a.value + b.value}; }
inline Rho operator-(Rho a, Rho b) { return {a.value - b.value}; }

struct Epsilon {
  double value = 0;
  auto operator<=>(const Epsilon&) const = default;
};
struct Delta {
  double value = 0;
  auto operator<=>(const Delta&) const = default;
};

/// Bound on the L2 change of an integer vector in count units when one entity is
/// added or removed, kept squared so that it is an exact integer.
struct L2Bound {
  std::uint64_t squared = 0;
  auto operator<=>(const L2Bound&) const = default;
};

/// The noise of ONE party: counts are multiplied by 2^grid_bits, then discrete
/// Gaussian noise of variance variance_num / 2^variance_shift, in squared grid
/// units, is added. Dyadic, so that what is booked is what is sampled.
struct NoiseScale {
  std::uint64_t variance_num = 0;
  std::uint8_t variance_shift = 0;
  std::uint8_t grid_bits = 0;
  double variance_grid() const;    ///< in squared grid units
  double variance_counts() const;  ///< in squared count units
  auto operator<=>(const NoiseScale&) const = default;
};

/// Smallest NoiseScale whose variance in counts is at least `variance_counts` (> 0): grid_bits
/// is the least k with 4^k·variance ≥ 16 (σ ≥ 4 grid units), variance rounded up to a relative
/// 2^-24. Throws BudgetError if grid_bits would pass 24 or the variance 2^40.
NoiseScale noise_scale_at_least(double variance_counts);

}  // namespace fedloom::privacy
