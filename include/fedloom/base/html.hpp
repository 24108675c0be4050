#pragma once
// Text and numbers as HTML. The same on every machine: no locale is asked.

#include <string>
#include <string_view>

namespace fedloom::html {

/// Safe as content and inside a quoted attribute. Control characters become U+FFFD.
std::string escape(std::string_view text);

/// Up to `digits` significant digits: "0.0417", "1e-9". A dash for what is not finite.
std::string number(double value, int digits = 4);
/// Rounded to a whole number, in groups of three: "48,842".
std::string grouped(double value);
/// A share of 1, as "12.5 %".
std::string percent(double share, int decimals = 1);
/// A coordinate: at most two decimals, no exponent.
std::string coordinate(double value);

/// At most `limit` characters (UTF-8 is kept whole); the last is "…" where something was cut.
std::string shortened(std::string_view text, std::size_t limit);

}  // namespace fedloom::html
