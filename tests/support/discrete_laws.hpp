#pragma once
// The laws that the samplers should follow, in floating point: for tests only.

#include <cstdint>

namespace fedloom::test {

/// P(x) ∝ exp(−x²/(2·variance)) on the integers.
class DiscreteGaussianLaw {
 public:
  explicit DiscreteGaussianLaw(long double variance);
  long double normaliser() const { return normaliser_; }
  long double probability(std::int64_t x) const;
  /// P[X ≥ x], summed term by term.
  long double at_least(std::int64_t x) const;
  long double variance() const;
  /// Exact δ at ε of X against X + shift (Canonne, Kamath & Steinke 2020, Thm. 7): for an entity that moves a count
  /// by `shift`.
  long double delta(long double epsilon, std::uint64_t shift) const;

 private:
  long double weight(std::int64_t x) const;
  std::int64_t reach() const;  ///< weights beyond it vanish in long double
  long double variance_;
  long double normaliser_;
};

/// P(x) ∝ exp(−|x|/scale) on the integers.
class DiscreteLaplaceLaw {
 public:
  explicit DiscreteLaplaceLaw(long double scale);
  long double normaliser() const;
  long double probability(std::int64_t x) const;
  long double at_least(std::int64_t x) const;  ///< x ≥ 0
  long double variance() const;

 private:
  long double scale_;
  long double ratio_;  ///< exp(−1/scale)
};

}  // namespace fedloom::test
