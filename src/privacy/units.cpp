#include "fedloom/privacy/units.hpp"

#include <cmath>
#include <string>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::privacy {

double NoiseScale::variance_grid() const { return std::ldexp(static_cast<double>(variance_num), -variance_shift); }

double NoiseScale::variance_counts() const {
  return std::ldexp(static_cast<double>(variance_num), -variance_shift - 2 * grid_bits);
}

NoiseScale noise_scale_at_least(double variance_counts) {
  FEDLOOM_CHECK(variance_counts > 0);
  constexpr int most_grid_bits = 24;
  constexpr int precision = 24;  // significant bits kept after the first
  int grid_bits = 0;
  while (grid_bits <= most_grid_bits && std::ldexp(variance_counts, 2 * grid_bits) < 16) ++grid_bits;
  const double variance = std::ldexp(variance_counts, 2 * grid_bits);
  if (grid_bits > most_grid_bits) {
    throw BudgetError("noise", "the noise asked for is below what a 64-bit count can carry",
                      "lower epsilon, or give this step a smaller part of the budget");
  }
  if (variance > 0x1p40) {
    throw BudgetError("noise", "the noise asked for has a standard deviation above 2^20 counts",
                      "raise epsilon, run fewer rounds, or give this step a larger part of the budget");
  }
  const int exponent = std::ilogb(variance);
  int shift = exponent < precision ? precision - exponent : 0;
  // Both steps are exact in double: the product is a power-of-two scaling, and its ceiling is at most 2^40.
  auto num = static_cast<std::uint64_t>(std::ceil(std::ldexp(variance, shift)));
  while (shift > 0 && num % 2 == 0) {
    num /= 2;
    --shift;
  }
  return {.variance_num = num,
          .variance_shift = static_cast<std::uint8_t>(shift),
          .grid_bits = static_cast<std::uint8_t>(grid_bits)};
}

}  // namespace fedloom::privacy
