#include "fedloom/schema/derived.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "fedloom/schema/number.hpp"
#include "number_range.hpp"

namespace fedloom::schema {
namespace {

using Kind = Origin::Kind;

constexpr double seconds_an_hour = 3600, seconds_a_year = 365.25 * 86400;
constexpr int digits_written = 12;

double in_units(double seconds, Origin::Unit unit) {
  switch (unit) {
    case Origin::Unit::hours:
      return seconds / seconds_an_hour;
    case Origin::Unit::days:
      return seconds / static_cast<double>(seconds_a_day);
    case Origin::Unit::years:
      return seconds / seconds_a_year;
    case Origin::Unit::number:
      break;
  }
  return seconds;
}

double value_of(const Attribute& attribute, std::span<const double> values) {
  const Origin& origin = attribute.origin;
  switch (origin.kind) {
    case Kind::part:
      return static_cast<double>(part_of(static_cast<std::int64_t>(values[0]), origin.part));
    case Kind::difference:
      return in_units(values[0] - values[1], origin.unit);
    case Kind::ratio:
      return values[0] / values[1];
    case Kind::sum: {
      double sum = 0;
      for (const double value : values) sum += value;
      return sum;
    }
    case Kind::cell:
      break;
  }
  const Binned* calendar = calendar_of(attribute);
  const bool date = calendar != nullptr && calendar->calendar == Calendar::date;
  return date ? static_cast<double>(day_of(static_cast<std::int64_t>(values[0]))) : values[0];
}

bool holds_numbers(const Attribute& attribute) { return !std::holds_alternative<Categorical>(attribute.type); }

/// Whether what `source` writes is what `computed` reads of that column.
bool can_read(const Attribute& computed, const Attribute& source) {
  if (source.origin.kind != Kind::cell || !holds_numbers(source)) return false;
  const Binned* date = calendar_of(source);
  if (!computed_from_moments(computed)) return date == nullptr;
  const Binned* own = calendar_of(computed);
  const DateFormat& format = own != nullptr ? own->format : computed.origin.format;
  return date != nullptr && date->format.text == format.text;
}

/// Who reads a column as it stands: the attribute of its name, else the first one.
std::optional<std::uint32_t> reader_of(const std::vector<Attribute>& attributes, const std::string& column) {
  std::optional<std::uint32_t> found;
  for (std::uint32_t i = 0; i < attributes.size(); ++i) {
    const Attribute& attribute = attributes[i];
    if (attribute.origin.kind != Kind::cell || attribute.sources().front() != column) continue;
    if (attribute.origin.is_own_cell()) return i;
    if (!found) found = i;
  }
  return found;
}

}  // namespace

bool computed_from_moments(const Attribute& attribute) {
  const Origin& origin = attribute.origin;
  if (origin.kind == Kind::cell) return calendar_of(attribute) != nullptr;
  return origin.kind == Kind::part || origin.unit != Origin::Unit::number;
}

double computed_value(const Attribute& attribute, std::span<const double> values) {
  const double value = value_of(attribute, values);
  return is_whole(attribute) && attribute.origin.unit != Origin::Unit::number ? std::floor(value) : value;
}

std::string computed_text(const Attribute& attribute, double value) {
  const auto* binned = std::get_if<Binned>(&attribute.type);
  if (binned == nullptr || binned->integer) {
    const auto whole = static_cast<std::int64_t>(std::llround(value));
    if (calendar_of(attribute) == nullptr) return std::to_string(whole);
    return binned->calendar == Calendar::date ? print_date(whole, binned->format) : print_moment(whole, binned->format);
  }
  std::array<char, 40> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, digits_written);
  return shortest(*parse_number({buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())}));
}

std::vector<Derivation> derivations(const std::vector<Attribute>& attributes) {
  std::vector<Derivation> out;
  for (std::uint32_t i = 0; i < attributes.size(); ++i) {
    const Attribute& attribute = attributes[i];
    if (attribute.origin.is_own_cell() || !holds_numbers(attribute)) continue;
    Derivation made{i, {}};
    for (const std::string& column : attribute.origin.columns) {
      const auto reader = reader_of(attributes, column);
      if (!reader || *reader == i || !can_read(attribute, attributes[*reader])) break;
      made.from.push_back(*reader);
    }
    if (made.from.size() == attribute.origin.columns.size()) out.push_back(std::move(made));
  }
  return out;
}

}  // namespace fedloom::schema
