#include "rounding.hpp"

#include <cmath>
#include <limits>

namespace fedloom::privacy {

using boost::multiprecision::cpp_int;

double quotient_up(const cpp_int& num, const cpp_int& den) {
  if (num == 0) return 0;
  // Scaled so that the quotient has 55 or 56 bits; then the bits below the 53rd are rounded up.
  const int scale = 55 - (static_cast<int>(msb(num)) - static_cast<int>(msb(den)));
  const cpp_int top = scale > 0 ? cpp_int(num << static_cast<unsigned>(scale)) : num;
  const cpp_int bottom = scale < 0 ? cpp_int(den << static_cast<unsigned>(-scale)) : den;
  cpp_int quotient = (top + bottom - 1) / bottom;
  const unsigned extra = msb(quotient) - 52;
  const cpp_int unit = cpp_int(1) << extra;
  quotient = (quotient + unit - 1) >> extra;
  return std::ldexp(quotient.convert_to<double>(), static_cast<int>(extra) - scale);
}

double add_up(double a, double b) {
  const double sum = a + b;
  const double b_seen = sum - a;  // Knuth's TwoSum: the error of the sum, exactly
  const double error = (a - (sum - b_seen)) + (b - b_seen);
  return error > 0 ? std::nextafter(sum, std::numeric_limits<double>::infinity()) : sum;
}

double multiply_up(double a, double b) {
  const double product = a * b;
  return std::fma(a, b, -product) > 0 ? std::nextafter(product, std::numeric_limits<double>::infinity()) : product;
}

double subtract_down(double a, double b) { return -add_up(-a, b); }

}  // namespace fedloom::privacy
