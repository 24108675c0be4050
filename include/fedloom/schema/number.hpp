#pragma once
// Numbers as text: reading what a table holds, and writing what a person wants to read.

#include <optional>
#include <string>
#include <string_view>

namespace fedloom::schema {

/// The finite number that the whole text is, spaces around it allowed; nothing else.
std::optional<double> parse_number(std::string_view text);

/// Shortest text that reads back as `value`: "17", "0.25", "1e+30".
std::string shortest(double value);

/// `value` with just the decimals that a bin of this width deserves, inside [lo, hi), or [lo, hi] when `closed`.
std::string print_inside(double value, double lo, double hi, bool closed);

}  // namespace fedloom::schema
