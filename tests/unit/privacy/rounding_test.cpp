#include "rounding.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fedloom::privacy {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

TEST(Rounding, quotient_is_the_smallest_double_not_below) {
  for (unsigned i = 1; i < 400; ++i) {
    const cpp_int num = cpp_int(i) * 0x9E3779B97F4A7C15U + 1;
    const cpp_int den = (cpp_int(3 * i + 1) << (i % 130)) + i;
    const double up = quotient_up(num, den);
    EXPECT_GE(cpp_rational(up), cpp_rational(num, den));
    EXPECT_LT(cpp_rational(std::nextafter(up, 0)), cpp_rational(num, den));
  }
}

TEST(Rounding, exact_results_stay_exact) {
  EXPECT_EQ(quotient_up(3, 8), 0.375);
  EXPECT_EQ(quotient_up(0, 7), 0);
  EXPECT_EQ(quotient_up(1, 1), 1);
  EXPECT_EQ(quotient_up((cpp_int(1) << 53) + 1, 1), 0x1p53 + 2);
  EXPECT_EQ(add_up(0.25, 0.5), 0.75);
  EXPECT_EQ(multiply_up(0.25, 3), 0.75);
  EXPECT_EQ(subtract_down(1, 0.75), 0.25);
}

TEST(Rounding, sums_products_and_differences_err_on_the_safe_side) {
  for (int i = 1; i < 1000; ++i) {
    const double a = 1.0 / i;
    const double b = std::sqrt(static_cast<double>(i)) / 7;
    const cpp_rational x(a);
    const cpp_rational y(b);
    EXPECT_GE(cpp_rational(add_up(a, b)), x + y);
    EXPECT_LE(add_up(a, b), std::nextafter(a + b, 10 * b));
    EXPECT_GE(cpp_rational(multiply_up(a, b)), x * y);
    EXPECT_LE(cpp_rational(subtract_down(b, a)), y - x);
  }
}

}  // namespace
}  // namespace fedloom::privacy
