#pragma once
// Pearson's chi-square test of counts against what was expected.

#include <cstdint>
#include <span>

namespace fedloom::test {

struct GoodnessOfFit {
  double statistic = 0;
  std::size_t cells = 0;  ///< after pooling
  double p_value = 1;     ///< chance of a statistic this large when the counts do follow the expectation
};

/// Neighbouring cells are pooled until each expects at least 50, where the chi-square law is good far
/// into its tail. Both spans have the same length and the same sum (up to rounding); the caller puts
/// what lies outside into the end cells. Fewer than two cells after pooling throw std::invalid_argument.
GoodnessOfFit goodness_of_fit(std::span<const std::uint64_t> observed, std::span<const double> expected);

/// A right sampler fails a test at this level once in 10^9 runs.
inline constexpr double false_alarm_rate = 1e-9;

}  // namespace fedloom::test
