#include "fedloom/privacy/sampler.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "fedloom/base/check.hpp"
#include "reference_samplers.hpp"

namespace fedloom::privacy {
namespace {

Rational reduced(Rational r) {
  FEDLOOM_CHECK(r.num > 0 && r.den > 0);
  const std::uint64_t common = std::gcd(r.num, r.den);
  return {r.num / common, r.den / common};
}

/// P(k) ∝ exp(−k/scale), k ≥ 0: CKS 2020, Algorithm 2, without the sign.
std::uint64_t geometric(Rational scale, ExactDraws& draws) {
  const uint128 den = scale.num;
  uint128 remainder = draws.below(den);
  while (!draws.bernoulli_exp(privacy::reduced(remainder, den))) remainder = draws.below(den);
  uint128 whole = 0;
  while (draws.bernoulli_exp(Fraction<uint128>{1, 1})) ++whole;
  const uint128 value = (whole * den + remainder) / scale.den;
  FEDLOOM_CHECK(value <= static_cast<uint128>(INT64_MAX));
  return static_cast<std::uint64_t>(value);
}

std::uint64_t floor_sqrt(std::uint64_t value) {
  std::uint64_t low = 0;
  std::uint64_t high = std::uint64_t{1} << 32;  // low² ≤ value < high²
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (middle * middle <= value ? low : high) = middle;
  }
  return low;
}

/// Accepts a Laplace candidate of scale t with probability exp(−(|y| − σ²/t)²/(2σ²)), σ² = n/d:
/// the exponent is (|y|·d·t − n)² / (2·n·d·t²).
bool accept(std::uint64_t magnitude, Rational variance, std::uint64_t t, ExactDraws& draws) {
  const auto bits = [](std::uint64_t value) { return static_cast<int>(std::bit_width(value)); };
  const int product_bits = bits(magnitude) + bits(variance.den) + bits(t);
  if (product_bits <= 63 && bits(variance.num) <= 63 && bits(variance.num) + bits(variance.den) + 2 * bits(t) <= 110) {
    const std::uint64_t product = magnitude * variance.den * t;
    const uint128 gap = product > variance.num ? product - variance.num : variance.num - product;
    const uint128 den = uint128{2} * variance.num * variance.den * t * t;
    return draws.bernoulli_exp(privacy::reduced(gap * gap, den));
  }
  const BigInteger gap = BigInteger(magnitude) * variance.den * t - variance.num;
  const BigInteger den = BigInteger(variance.num) * variance.den * t * t * 2;
  return draws.bernoulli_exp(privacy::reduced(gap * gap, den));
}

}  // namespace

std::int64_t discrete_laplace(Rational scale, ExactDraws& draws) {
  scale = reduced(scale);
  for (;;) {
    const bool negative = draws.below(uint128{2}) < 1;
    const std::uint64_t magnitude = geometric(scale, draws);
    if (negative && magnitude == 0) continue;  // zero would be twice as likely
    const auto value = static_cast<std::int64_t>(magnitude);
    return negative ? -value : value;
  }
}

std::int64_t discrete_gaussian(Rational variance, ExactDraws& draws) {
  variance = reduced(variance);
  const std::uint64_t t = floor_sqrt(variance.num / variance.den) + 1;
  for (;;) {
    const std::int64_t candidate = discrete_laplace({t, 1}, draws);
    const auto magnitude = static_cast<std::uint64_t>(std::abs(candidate));
    if (accept(magnitude, variance, t, draws)) return candidate;
  }
}

std::size_t exponential_mechanism(std::span<const std::int64_t> scores, Rational scale, ExactDraws& draws) {
  FEDLOOM_CHECK(!scores.empty());
  scale = reduced(scale);
  const std::int64_t best = *std::max_element(scores.begin(), scores.end());
  for (;;) {
    const auto i = static_cast<std::size_t>(draws.below(uint128{scores.size()}));
    // The gap of two int64 fits 64 unsigned bits.
    const std::uint64_t gap = static_cast<std::uint64_t>(best) - static_cast<std::uint64_t>(scores[i]);
    if (draws.bernoulli_exp(privacy::reduced(uint128{gap} * scale.den, scale.num))) return i;
  }
}

std::int64_t discrete_gaussian(Rational variance, RandomWords& random) {
  ExactDraws draws(random);
  return discrete_gaussian(variance, draws);
}

std::int64_t discrete_laplace(Rational scale, RandomWords& random) {
  ExactDraws draws(random);
  return discrete_laplace(scale, draws);
}

std::size_t exponential_mechanism(std::span<const std::int64_t> scores, Rational scale, RandomWords& random) {
  ExactDraws draws(random);
  return exponential_mechanism(scores, scale, draws);
}

}  // namespace fedloom::privacy
