#pragma once
// Shamir's secret sharing (1979) of 32 bytes, byte by byte over GF(2^8) with the polynomial x^8 + x^4 + x^3 + x + 1.
// Fewer than `threshold` shares say nothing about the secret. No table is looked up by a secret value.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/base/random_words.hpp"
#include "mask_key.hpp"

namespace fedloom::secagg {

/// The point of the site at `place` of the roster: never 0, where the secret is.
constexpr std::uint8_t point_of(std::size_t place) noexcept { return static_cast<std::uint8_t>(place + 1); }

/// One share for each point, in order. Points are distinct and not 0; 1 <= threshold <= points. Aborts otherwise.
std::vector<SecretBytes> split(const SecretBytes& secret, std::size_t threshold, std::span<const std::uint8_t> points,
                               RandomWords& random);

/// Puts secrets together from shares at the same points; its weights are computed once. Distinct points, none 0.
class Combiner {
 public:
  explicit Combiner(std::span<const std::uint8_t> points);
  /// One share for each point, in order. As many points as the threshold are enough.
  SecretBytes combine(std::span<const SecretBytes> shares) const;

 private:
  std::vector<std::uint8_t> weights_;  ///< Lagrange, at 0
};

}  // namespace fedloom::secagg
