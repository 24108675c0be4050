#include "fedloom/base/html.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace fedloom::html {
namespace {

std::string formatted(double value, std::chars_format format, int precision) {
  std::array<char, 400> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format, precision).ptr;
  return {text.data(), end};
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) ? "\xEF\xBF\xBD" : std::string(1, c);
    }
  }
  return out;
}

std::string number(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  auto text = formatted(value, std::chars_format::general, digits);
  const auto exponent = text.find('e');  // "e-09" is "e-9" to a person
  while (exponent != std::string::npos && exponent + 3 < text.size() && text[exponent + 2] == '0')
    text.erase(exponent + 2, 1);
  return text;
}

std::string grouped(double value) {
  if (!std::isfinite(value)) return "–";
  auto text = formatted(std::round(std::abs(value)), std::chars_format::fixed, 0);
  for (auto k = static_cast<std::ptrdiff_t>(text.size()) - 3; k > 0; k -= 3)
    text.insert(static_cast<std::size_t>(k), 1, ',');
  return (std::round(value) < 0 ? "−" : "") + text;
}

std::string percent(double share, int decimals) {
  if (!std::isfinite(share)) return "–";
  const auto text = formatted(std::abs(share) * 100, std::chars_format::fixed, decimals);
  const bool nought = text.find_first_not_of("0.") == std::string::npos;
  return (share < 0 && !nought ? "−" : "") + text + " %";
}

std::string coordinate(double value) {
  auto text = formatted(value, std::chars_format::fixed, 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string shortened(std::string_view text, std::size_t limit) {
  std::size_t characters = 0, keep = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (!starts_character(text[k])) continue;
    if (characters == limit - 1) keep = k;
    if (++characters > limit) return std::string(text.substr(0, keep)) + "…";
  }
  return std::string(text);
}

}  // namespace fedloom::html
