#pragma once
// Numbers for people.

#include <cstdint>
#include <string>

namespace fedloom::site {

/// With at most so many significant digits.
std::string figure(double value, int digits);
/// "1,234,567".
std::string grouped(std::uint64_t number);
/// "1 round", "12 rounds".
std::string counted(std::uint64_t number, const char* one, const char* many);

}  // namespace fedloom::site
