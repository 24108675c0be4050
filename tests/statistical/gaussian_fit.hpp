#pragma once
// The fit of samples to the discrete Gaussian of a variance.

#include <cmath>

#include "sampler_fit.hpp"
#include "fedloom/privacy/discrete_gaussian_law.hpp"

namespace fedloom::test {

inline GoodnessOfFit fit_to_gaussian(std::span<const std::int64_t> samples, long double variance) {
  const auto sigma = std::sqrt(variance);
  const auto width = std::max<std::int64_t>(1, static_cast<std::int64_t>(sigma / 8));
  const auto reach = (static_cast<std::int64_t>(6 * sigma) / width + 3) * width;
  if (sigma > 300) {
    // The sum over integers is the integral over half-integer bounds, up to a relative 1/(24σ²) < 10^-6: with 10^6
    // samples that moves the statistic by less than 10^-6.
    return fit_to_law(
        samples,
        [sigma](std::int64_t x) {
          return std::erfc((static_cast<long double>(x) - 0.5L) / (sigma * std::sqrt(2.0L))) / 2;
        },
        reach, width);
  }
  const privacy::DiscreteGaussianLaw law(variance);
  return fit_to_law(
      samples, [&law](std::int64_t x) { return law.at_least(x); }, reach, width);
}

}  // namespace fedloom::test
