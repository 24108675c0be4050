#include "fedloom/privacy/discrete_gaussian_law.hpp"

#include <cmath>

namespace fedloom::privacy {

DiscreteGaussianLaw::DiscreteGaussianLaw(long double variance) : variance_(variance), normaliser_(0) {
  // Smallest terms first.
  for (std::int64_t x = reach(); x > 0; --x) normaliser_ += 2 * weight(x);
  normaliser_ += 1;
}

long double DiscreteGaussianLaw::weight(std::int64_t x) const {
  const auto real = static_cast<long double>(x);
  return std::exp(-real * real / (2 * variance_));
}

std::int64_t DiscreteGaussianLaw::reach() const {
  return static_cast<std::int64_t>(40 * std::sqrt(variance_)) + 40;  // exp(−800)
}

long double DiscreteGaussianLaw::probability(std::int64_t x) const { return weight(x) / normaliser_; }

long double DiscreteGaussianLaw::at_least(std::int64_t x) const {
  if (x <= 0) return 1 - at_least(1 - x);  // by symmetry
  long double sum = 0;
  for (std::int64_t i = reach() + x; i >= x; --i) sum += weight(i);
  return sum / normaliser_;
}

long double DiscreteGaussianLaw::variance() const {
  long double sum = 0;
  for (std::int64_t x = reach(); x > 0; --x) sum += 2 * weight(x) * static_cast<long double>(x * x);
  return sum / normaliser_;
}

long double DiscreteGaussianLaw::delta(long double epsilon, std::uint64_t shift) const {
  const auto s = static_cast<long double>(shift);
  // P[X > b] for real b is P[X ≥ ⌊b⌋ + 1].
  const auto beyond = [this](long double bound) { return at_least(static_cast<std::int64_t>(std::floor(bound)) + 1); };
  const long double middle = epsilon * variance_ / s;
  return beyond(middle - s / 2) - std::exp(epsilon) * beyond(middle + s / 2);
}

}  // namespace fedloom::privacy
