#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "fedloom/schema/number.hpp"
#include "lookup.hpp"

namespace fedloom::schema {
namespace {

using How = Encoded::How;

/// The bin of `value`, edges.front() <= value <= edges.back().
std::uint32_t bin_of(const std::vector<double>& edges, double bins_per_unit, double value) {
  const std::size_t last = edges.size() - 2;
  if (bins_per_unit == 0) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), value);
    const auto bin = static_cast<std::size_t>(above - edges.begin()) - 1;
    return static_cast<std::uint32_t>(std::min(bin, last));
  }
  // The division may be off by a rounding; the edges decide.
  const double guess = (value - edges.front()) * bins_per_unit;
  auto bin = static_cast<std::size_t>(std::min(guess, static_cast<double>(last)));
  while (bin > 0 && value < edges[bin]) --bin;
  while (bin < last && value >= edges[bin + 1]) ++bin;
  return static_cast<std::uint32_t>(bin);
}

Encoded encode_binned(const Binned& binned, double bins_per_unit, double value) {
  if (binned.integer && std::floor(value) != value) return {How::refused, 0};
  const auto last = static_cast<std::uint32_t>(binned.edges.size() - 2);
  if (value < binned.edges.front() || value > binned.edges.back()) {
    if (binned.outside != Outside::clip) return {How::refused, 0};
    return {How::clipped, value < binned.edges.front() ? 0 : last};
  }
  return {How::fits, bin_of(binned.edges, bins_per_unit, value)};
}

Encoded encode_coded(const Coded& coded, double value) {
  if (std::floor(value) != value) return {How::refused, 0};
  if (value >= 0 && value < coded.size) return {How::fits, static_cast<std::uint32_t>(value)};
  if (coded.outside != Outside::clip) return {How::refused, 0};
  return {How::clipped, value < 0 ? 0 : coded.size - 1};
}

/// Days or seconds that a text means.
std::optional<double> calendar_number(const Binned& binned, std::string_view text) {
  const auto moment = parse_moment(text, binned.format);
  if (!moment) return std::nullopt;
  return static_cast<double>(binned.calendar == Calendar::date ? day_of(*moment) : *moment);
}

std::string print_whole(const Binned& binned, std::int64_t value) {
  if (binned.calendar == Calendar::date) return print_date(value, binned.format);
  if (binned.calendar == Calendar::datetime) return print_moment(value, binned.format);
  return std::to_string(value);
}

/// Whole numbers of an integer bin: [first, first + count).
struct WholeNumbers {
  std::int64_t first, count;
};
WholeNumbers whole_numbers(const Binned& binned, std::uint32_t bin) {
  const auto first = static_cast<std::int64_t>(binned.edges[bin]);
  const auto end = static_cast<std::int64_t>(binned.edges[bin + 1]);
  return {first, end - first + (bin + 2 == binned.edges.size() ? 1 : 0)};
}

std::string decode_binned(const Binned& binned, std::uint32_t bin, double u) {
  const double lo = binned.edges[bin], hi = binned.edges[bin + 1];
  if (!binned.integer) return print_inside(lo + u * (hi - lo), lo, hi, bin + 2 == binned.edges.size());
  const auto [first, count] = whole_numbers(binned, bin);
  return print_whole(binned, first + std::min(static_cast<std::int64_t>(u * static_cast<double>(count)), count - 1));
}

std::string label_binned(const Binned& binned, std::uint32_t bin) {
  if (!binned.integer) {
    const char end = bin + 2 == binned.edges.size() ? ']' : ')';
    std::string text(1, '[');
    return text.append(shortest(binned.edges[bin])).append(", ").append(shortest(binned.edges[bin + 1])) + end;
  }
  const auto [first, count] = whole_numbers(binned, bin);
  if (count == 1) return print_whole(binned, first);
  const char* to = binned.calendar == Calendar::none ? "–" : " – ";
  return print_whole(binned, first) + to + print_whole(binned, first + count - 1);
}

const std::string& category(const Categorical& categorical, std::uint32_t code) {
  return code < categorical.values.size() ? categorical.values[code] : categorical.other_label;
}

}  // namespace

CodesByText nearest_listed(const Categorical& categorical, const CodesByText& listed) {
  CodesByText parents, found;
  const auto& tree = categorical.hierarchy.parents;
  for (std::uint32_t k = 0; k < tree.size(); ++k) parents.emplace(tree[k].first, k);
  for (const auto& [child, parent] : tree) {
    if (listed.contains(child)) continue;
    std::string_view above = parent;
    // A tree without a circle ends before it has more steps than edges.
    for (std::size_t step = 0; step < tree.size(); ++step) {
      if (const auto hit = listed.find(above); hit != listed.end()) {
        found.emplace(child, hit->second);
        break;
      }
      const auto edge = parents.find(above);
      if (edge == parents.end()) break;
      above = tree[edge->second].second;
    }
  }
  return found;
}

namespace {

Encoded encode_category(const Categorical& categorical, const CodesByText& codes, const CodesByText& ancestors,
                        std::string_view text) {
  if (const auto above = ancestors.find(text); above != ancestors.end()) return {How::parent, above->second};
  if (categorical.hierarchy.by_prefix) {
    for (std::string_view shorter = text; shorter.size() > 1;) {
      shorter.remove_suffix(1);
      const auto above = codes.find(shorter);
      // A missing token has no children.
      if (above != codes.end() && above->second < categorical.values.size()) return {How::parent, above->second};
    }
  }
  if (categorical.outside != Outside::other) return {How::refused, 0};
  return {How::other, static_cast<std::uint32_t>(categorical.values.size())};
}

}  // namespace

Encoded Schema::encode(std::size_t attribute, std::string_view text) const {
  const Attribute& a = attributes_.at(attribute);
  const Lookup& lookup = (*lookups_)[attribute];
  const auto* categorical = std::get_if<Categorical>(&a.type);
  if (categorical != nullptr || a.missing) {
    const auto found = lookup.codes.find(text);
    if (found != lookup.codes.end()) return {How::fits, found->second};
  }
  if (categorical != nullptr) return encode_category(*categorical, lookup.codes, lookup.ancestors, text);
  const auto* binned = std::get_if<Binned>(&a.type);
  const bool calendar = binned != nullptr && binned->calendar != Calendar::none;
  const auto value = calendar ? calendar_number(*binned, text) : parse_number(text);
  return value ? encode_number(attribute, *value) : Encoded{};
}

Encoded encode_value(const Attribute& attribute, double bins_per_unit, double value) {
  if (const auto* binned = std::get_if<Binned>(&attribute.type)) return encode_binned(*binned, bins_per_unit, value);
  if (const auto* coded = std::get_if<Coded>(&attribute.type)) return encode_coded(*coded, value);
  return {};
}

Encoded Schema::encode_number(std::size_t attribute, double value) const {
  return encode_value(attributes_.at(attribute), (*lookups_)[attribute].bins_per_unit, value);
}

Encoded Schema::encode_missing(std::size_t attribute) const {
  const Attribute& a = attributes_.at(attribute);
  return a.missing ? Encoded{How::fits, a.size() - 1} : Encoded{};
}

std::string decode_code(const Attribute& attribute, std::uint32_t code, double u) {
  if (code >= attribute.size()) throw std::out_of_range("no such code");
  if (attribute.missing && code + 1 == attribute.size()) return attribute.missing_tokens.front();
  if (const auto* categorical = std::get_if<Categorical>(&attribute.type)) return category(*categorical, code);
  if (const auto* binned = std::get_if<Binned>(&attribute.type)) return decode_binned(*binned, code, u);
  return std::to_string(code);
}

std::string Schema::decode(std::size_t attribute, std::uint32_t code, double u) const {
  return decode_code(attributes_.at(attribute), code, u);
}

std::string Schema::decode_number(std::size_t attribute, std::uint32_t code, double number) const {
  return number_text(attributes_.at(attribute), code, number);
}

std::string number_text(const Attribute& attribute, std::uint32_t code, double number) {
  const auto* binned = std::get_if<Binned>(&attribute.type);
  if (binned == nullptr) return decode_code(attribute, code, 0);
  if (!binned->integer) return shortest(number);
  return print_whole(*binned, std::llround(number));
}

std::string Schema::label(std::size_t attribute, std::uint32_t code) const {
  const Attribute& a = attributes_.at(attribute);
  if (code >= a.size()) throw std::out_of_range("no such code");
  if (a.missing && code + 1 == a.size()) return "missing";
  if (const auto* categorical = std::get_if<Categorical>(&a.type)) return category(*categorical, code);
  if (const auto* binned = std::get_if<Binned>(&a.type)) return label_binned(*binned, code);
  return std::to_string(code);
}

}  // namespace fedloom::schema
