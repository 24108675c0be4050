#pragma once
// Arithmetic that never rounds a cost down.

#include <boost/multiprecision/cpp_int.hpp>

namespace fedloom::privacy {

/// Smallest double ≥ num/den (den > 0, the quotient within the normal range or zero).
double quotient_up(const boost::multiprecision::cpp_int& num, const boost::multiprecision::cpp_int& den);
/// Smallest double ≥ a + b, up to one unit in the last place; exact when the sum is a double.
double add_up(double a, double b);
/// At least a·b, for a, b ≥ 0; exact when the product is a double.
double multiply_up(double a, double b);
/// At most a − b.
double subtract_down(double a, double b);

}  // namespace fedloom::privacy
