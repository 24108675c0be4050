#include "row_encoder.hpp"

#include <algorithm>
#include <cmath>

#include "fedloom/schema/number.hpp"

namespace fedloom::data {
namespace {

using schema::Origin;

constexpr double seconds_an_hour = 3600, seconds_a_year = 365.25 * 86400;

std::optional<double> moment(const Origin& origin, const std::string& cell) {
  const auto seconds = schema::parse_moment(cell, origin.format);
  if (!seconds) return std::nullopt;
  return static_cast<double>(*seconds);
}

double in_units(double seconds, Origin::Unit unit) {
  switch (unit) {
    case Origin::Unit::hours:
      return seconds / seconds_an_hour;
    case Origin::Unit::days:
      return seconds / static_cast<double>(schema::seconds_a_day);
    case Origin::Unit::years:
      return seconds / seconds_a_year;
    case Origin::Unit::number:
      break;
  }
  return seconds;
}

}  // namespace

RowEncoder::RowEncoder(const RowSource& rows, const schema::Schema& schema) : schema_(schema) {
  for (const schema::Attribute& attribute : schema.attributes()) {
    std::vector<std::size_t>& columns = columns_.emplace_back();
    for (const std::string& name : attribute.sources()) columns.push_back(column_of(rows, name));
  }
}

std::vector<std::size_t> RowEncoder::columns() const {
  std::vector<std::size_t> all;
  for (const auto& columns : columns_) all.insert(all.end(), columns.begin(), columns.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool RowEncoder::is_missing(const RowSource& rows, std::size_t attribute, std::size_t column) const {
  if (rows.is_null(column)) return true;
  const schema::Attribute& a = schema_.attributes()[attribute];
  const auto& tokens = a.missing_tokens;
  return a.missing && std::find(tokens.begin(), tokens.end(), rows.cells()[column]) != tokens.end();
}

std::optional<double> RowEncoder::computed(const RowSource& rows, std::size_t attribute) const {
  const Origin& origin = schema_.attributes()[attribute].origin;
  const bool of_dates = origin.kind == Origin::Kind::part || origin.unit != Origin::Unit::number;
  std::vector<double> values;
  for (const std::size_t column : columns_[attribute]) {
    const std::string& cell = rows.cells()[column];
    const auto value = of_dates ? moment(origin, cell) : schema::parse_number(cell);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  switch (origin.kind) {
    case Origin::Kind::part:
      return static_cast<double>(schema::part_of(static_cast<std::int64_t>(values[0]), origin.part));
    case Origin::Kind::difference:
      return in_units(values[0] - values[1], origin.unit);
    case Origin::Kind::ratio:
      return values[0] / values[1];
    case Origin::Kind::sum: {
      double sum = 0;
      for (const double value : values) sum += value;
      return sum;
    }
    case Origin::Kind::cell:
      break;
  }
  return std::nullopt;
}

schema::Encoded RowEncoder::encode(const RowSource& rows, std::size_t attribute) const {
  const auto& columns = columns_[attribute];
  const schema::Attribute& a = schema_.attributes()[attribute];
  if (a.origin.kind == Origin::Kind::cell) {
    if (rows.is_null(columns[0])) return schema_.encode_missing(attribute);
    return schema_.encode(attribute, rows.cells()[columns[0]]);
  }
  for (const std::size_t column : columns) {
    if (is_missing(rows, attribute, column)) return schema_.encode_missing(attribute);
  }
  auto value = computed(rows, attribute);
  if (!value) return {};
  // A division by nought has no value, as a cell that is empty.
  if (!std::isfinite(*value)) return schema_.encode_missing(attribute);
  const auto* binned = std::get_if<schema::Binned>(&a.type);
  const bool whole = binned == nullptr || binned->integer;
  if (whole && a.origin.unit != Origin::Unit::number) value = std::floor(*value);
  return schema_.encode_number(attribute, *value);
}

}  // namespace fedloom::data
