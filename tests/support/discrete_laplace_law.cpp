#include "support/discrete_laplace_law.hpp"

#include <cmath>

namespace fedloom::test {

DiscreteLaplaceLaw::DiscreteLaplaceLaw(long double scale) : scale_(scale), ratio_(std::exp(-1 / scale)) {}

long double DiscreteLaplaceLaw::normaliser() const { return (1 + ratio_) / (1 - ratio_); }

long double DiscreteLaplaceLaw::probability(std::int64_t x) const {
  return std::exp(-static_cast<long double>(std::abs(x)) / scale_) / normaliser();
}

long double DiscreteLaplaceLaw::at_least(std::int64_t x) const {
  return std::exp(-static_cast<long double>(x) / scale_) / (1 + ratio_);
}

long double DiscreteLaplaceLaw::variance() const { return 2 * ratio_ / ((1 - ratio_) * (1 - ratio_)); }

}  // namespace fedloom::test
