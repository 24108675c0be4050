#include "row_encoder.hpp"

#include <algorithm>
#include <cmath>

#include "fedloom/schema/derived.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::data {
namespace {

std::optional<double> moment(const schema::Origin& origin, const std::string& cell) {
  const auto seconds = schema::parse_moment(cell, origin.format);
  if (!seconds) return std::nullopt;
  return static_cast<double>(*seconds);
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
  const schema::Attribute& a = schema_.attributes()[attribute];
  const bool moments = schema::computed_from_moments(a);
  std::vector<double> values;
  for (const std::size_t column : columns_[attribute]) {
    const std::string& cell = rows.cells()[column];
    const auto value = moments ? moment(a.origin, cell) : schema::parse_number(cell);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return schema::computed_value(a, values);
}

schema::Encoded RowEncoder::encode(const RowSource& rows, std::size_t attribute) const {
  const auto& columns = columns_[attribute];
  const schema::Attribute& a = schema_.attributes()[attribute];
  if (a.origin.kind == schema::Origin::Kind::cell) {
    if (rows.is_null(columns[0])) return schema_.encode_missing(attribute);
    return schema_.encode(attribute, rows.cells()[columns[0]]);
  }
  for (const std::size_t column : columns) {
    if (is_missing(rows, attribute, column)) return schema_.encode_missing(attribute);
  }
  const auto value = computed(rows, attribute);
  if (!value) return {};
  // A division by nought has no value, as a cell that is empty.
  if (!std::isfinite(*value)) return schema_.encode_missing(attribute);
  return schema_.encode_number(attribute, *value);
}

}  // namespace fedloom::data
