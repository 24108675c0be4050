#include "fedloom/schema/values.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "fedloom/schema/number.hpp"

namespace fedloom::schema {
namespace {

constexpr std::string_view kMissing = "missing", kTo = "..";

[[noreturn]] void refuse(const Attribute& attribute, const std::string& what) {
  throw std::invalid_argument("the column '" + attribute.name + "' " + what);
}

std::string printed(const Binned& binned, double value) {
  if (binned.calendar == Calendar::date) return print_date(static_cast<std::int64_t>(value), binned.format);
  if (binned.calendar == Calendar::datetime) return print_moment(static_cast<std::int64_t>(value), binned.format);
  return shortest(value);
}

double number_of(const Attribute& attribute, const Binned& binned, std::string_view text) {
  if (binned.calendar != Calendar::none) {
    const auto seconds = parse_moment(text, binned.format);
    if (!seconds) refuse(attribute, "holds dates, and the value given is none");
    return static_cast<double>(binned.calendar == Calendar::date ? day_of(*seconds) : *seconds);
  }
  const auto number = parse_number(text);
  if (!number) refuse(attribute, "holds numbers, and the value given is none");
  return *number;
}

std::uint32_t bins_of(const Binned& binned) { return static_cast<std::uint32_t>(binned.edges.size() - 1); }

/// Where a bin's values end: below this, or for the last one at it.
double end_of(const Binned& binned, std::uint32_t bin) { return binned.edges[bin + 1]; }

/// The first bin whose values are all at `value` or above. Throws where a bin holds values on both sides.
std::uint32_t first_from(const Attribute& attribute, const Binned& binned, double value) {
  const std::uint32_t bins = bins_of(binned);
  if (value > binned.edges.back()) return bins;
  // Whole numbers have nothing between them.
  if (binned.integer) value = std::ceil(value);
  const auto begin = binned.edges.begin();
  const auto first = static_cast<std::uint32_t>(std::lower_bound(begin, begin + bins, value) - begin);
  if (first == 0 || (first < bins && value == binned.edges[first])) return first;
  refuse(attribute, "has " + printed(binned, value) + " inside a bin that ends at " +
                        printed(binned, end_of(binned, first - 1)) + " and begins at " +
                        printed(binned, binned.edges[first - 1]) + ", and bins cannot be cut");
}

std::vector<std::uint32_t> codes_from_to(std::uint32_t first, std::uint32_t end) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t code = first; code < end; ++code) out.push_back(code);
  return out;
}

/// Bins with values `low` ≤ x < `high`, or ≤ where `closed`.
std::vector<std::uint32_t> bins_between(const Attribute& attribute, const Binned& binned, std::optional<double> low,
                                        std::optional<double> high, bool closed) {
  const std::uint32_t first = low ? first_from(attribute, binned, *low) : 0;
  std::uint32_t end = bins_of(binned);
  if (high && !(closed && *high >= binned.edges.back())) {
    // For whole numbers "at most 5" is "below 6"; for others the number itself has no mass of its own.
    const double limit = binned.integer ? (closed ? std::floor(*high) + 1 : std::ceil(*high)) : *high;
    end = first_from(attribute, binned, limit);
  }
  return codes_from_to(first, std::max(first, end));
}

std::optional<std::uint32_t> missing_code(const Attribute& attribute) {
  return attribute.missing ? std::optional(attribute.size() - 1) : std::nullopt;
}

std::optional<std::uint32_t> category_code(const Categorical& categorical, std::string_view text) {
  const auto found = std::find(categorical.values.begin(), categorical.values.end(), text);
  if (found != categorical.values.end()) return static_cast<std::uint32_t>(found - categorical.values.begin());
  if (categorical.outside == Outside::other && text == categorical.other_label) {
    return static_cast<std::uint32_t>(categorical.values.size());
  }
  return std::nullopt;
}

std::vector<std::uint32_t> bins_named(const Attribute& attribute, const Binned& binned, std::string_view text) {
  const std::size_t to = text.find(kTo);
  if (to != std::string_view::npos) {
    const double low = number_of(attribute, binned, text.substr(0, to));
    const double high = number_of(attribute, binned, text.substr(to + kTo.size()));
    return bins_between(attribute, binned, low, high, binned.integer || high >= binned.edges.back());
  }
  const double value = number_of(attribute, binned, text);
  if (!binned.integer) refuse(attribute, "holds reals, which have bins and no values of their own: use LOW..HIGH");
  return bins_between(attribute, binned, value, value, true);
}

std::vector<std::uint32_t> bins_beside(const Attribute& attribute, const Binned& binned, std::string_view comparison,
                                       double value) {
  const bool closed = comparison == "<=";
  if (comparison == "<" || closed) return bins_between(attribute, binned, std::nullopt, value, closed);
  if (comparison == ">" && binned.integer) value = std::floor(value) + 1;
  return bins_between(attribute, binned, value, std::nullopt, false);
}

}  // namespace

std::vector<std::uint32_t> codes_beside(const Attribute& attribute, std::string_view comparison,
                                        std::string_view text) {
  if (const auto* binned = std::get_if<Binned>(&attribute.type)) {
    return bins_beside(attribute, *binned, comparison, number_of(attribute, *binned, text));
  }
  const auto* coded = std::get_if<Coded>(&attribute.type);
  if (coded == nullptr) refuse(attribute, "has categories and no numbers to compare");
  const auto number = parse_number(text);
  if (!number) refuse(attribute, "holds codes, and the value given is no number");
  std::vector<std::uint32_t> out;
  for (std::uint32_t code = 0; code < coded->size; ++code) {
    const double x = code;
    const bool in = comparison == "<"    ? x < *number
                    : comparison == "<=" ? x <= *number
                    : comparison == ">"  ? x > *number
                                         : x >= *number;
    if (in) out.push_back(code);
  }
  return out;
}

std::vector<std::uint32_t> codes_named(const Attribute& attribute, std::string_view text) {
  const auto* categorical = std::get_if<Categorical>(&attribute.type);
  if (categorical != nullptr) {
    if (const auto code = category_code(*categorical, text)) return {*code};
  }
  const auto& tokens = attribute.missing_tokens;
  if (const auto code = missing_code(attribute);
      code && (text == kMissing || std::find(tokens.begin(), tokens.end(), text) != tokens.end())) {
    return {*code};
  }
  if (categorical != nullptr) refuse(attribute, "has no such value");
  if (const auto* binned = std::get_if<Binned>(&attribute.type)) return bins_named(attribute, *binned, text);
  const std::size_t to = text.find(kTo);
  const auto low = parse_number(text.substr(0, to));
  const auto high = to == std::string_view::npos ? low : parse_number(text.substr(to + kTo.size()));
  if (!low || !high) refuse(attribute, "holds codes, and the value given is no number");
  std::vector<std::uint32_t> out;
  const double last = std::min(std::floor(*high), static_cast<double>(std::get<Coded>(attribute.type).size) - 1);
  for (double code = std::max(std::ceil(*low), 0.0); code <= last; ++code)
    out.push_back(static_cast<std::uint32_t>(code));
  if (out.empty()) refuse(attribute, "has no such code");
  return out;
}

std::string value_name(const Attribute& attribute, std::uint32_t code) {
  const auto* categorical = std::get_if<Categorical>(&attribute.type);
  if (missing_code(attribute) == code) {
    return categorical != nullptr && category_code(*categorical, kMissing) ? attribute.missing_tokens.front()
                                                                           : std::string(kMissing);
  }
  if (categorical != nullptr) {
    return code < categorical->values.size() ? categorical->values[code] : categorical->other_label;
  }
  const auto* binned = std::get_if<Binned>(&attribute.type);
  if (binned == nullptr) return std::to_string(code);
  const double first = binned->edges[code], end = end_of(*binned, code);
  const double last = binned->integer && code + 1 < bins_of(*binned) ? end - 1 : end;
  if (binned->integer && first == last) return printed(*binned, first);
  return printed(*binned, first) + std::string(kTo) + printed(*binned, last);
}

}  // namespace fedloom::schema
