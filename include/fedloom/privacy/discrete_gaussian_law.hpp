#pragma once
// The law of discrete Gaussian noise, in floating point: for judging noise (audits, tests), never for making it.

#include <cstdint>

namespace fedloom::privacy {

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

}  // namespace fedloom::privacy
