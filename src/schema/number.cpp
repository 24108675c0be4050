#include "fedloom/schema/number.hpp"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace fedloom::schema {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string fixed(double value, int decimals) {
  std::array<char, 400> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  std::string text(buffer.data(), end.ptr);
  if (decimals > 0) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto end = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string shortest(double value) {
  std::array<char, 64> buffer;
  const bool plain = value == 0 || (std::abs(value) < 1e16 && std::abs(value) >= 1e-4);
  const auto end = plain ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed)
                         : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end.ptr);
}

std::string print_inside(double value, double lo, double hi, bool closed) {
  constexpr int most_decimals = 17;
  // A thousandth of the bin is as fine as an answer from a histogram can mean anything.
  const double wanted = std::ceil(3 - std::log10(hi - lo));
  for (int decimals = static_cast<int>(std::clamp(wanted, 0.0, double{most_decimals})); decimals <= most_decimals;
       ++decimals) {
    std::string text = fixed(value, decimals);
    const auto printed = parse_number(text);
    if (printed && *printed >= lo && (*printed < hi || (closed && *printed == hi))) return text;
  }
  return shortest(lo);
}

}  // namespace fedloom::schema
