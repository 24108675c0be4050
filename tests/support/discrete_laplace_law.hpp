#pragma once
// The law that the sampler of discrete Laplace noise should follow, in floating point: for tests only.

#include <cstdint>

namespace fedloom::test {

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
