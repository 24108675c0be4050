#pragma once
// Exact samplers in integer arithmetic (Canonne, Kamath & Steinke 2020, Algorithms 1–3): no floating point
// touches a probability. Their time depends on the value drawn: sample before a reply is due, not in its path.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/base/random_words.hpp"
#include "fedloom/privacy/units.hpp"

namespace fedloom::privacy {

/// A non-negative rational, reduced. den > 0.
struct Rational {
  std::uint64_t num = 0;
  std::uint64_t den = 1;
};

/// P(x) ∝ exp(−x²/(2σ²)), σ² = variance > 0.
std::int64_t discrete_gaussian(Rational variance, RandomWords& random);
/// P(x) ∝ exp(−|x|/s), s = scale > 0.
std::int64_t discrete_laplace(Rational scale, RandomWords& random);
/// P(i) ∝ exp(−(max q − q_i)/scale): the exponential mechanism with scale = 2Δ/ε. scores not empty.
std::size_t exponential_mechanism(std::span<const std::int64_t> scores, Rational scale, RandomWords& random);

/// Many draws of one NoiseScale's noise, in grid units.
void discrete_gaussian_fill(const NoiseScale& scale, std::span<std::int64_t> out, RandomWords& random);

}  // namespace fedloom::privacy
