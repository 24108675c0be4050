#include "typed_columns.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "arrays.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/schema/calendar.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::python {
namespace {

namespace nb = nanobind;

bool is_missing(const schema::Attribute& attribute, const std::string& text) {
  const auto& tokens = attribute.missing_tokens;
  return attribute.missing && std::find(tokens.begin(), tokens.end(), text) != tokens.end();
}

nb::object as_flags(std::vector<std::uint8_t>&& flags) { return as_array(std::move(flags)).attr("view")("bool"); }

}  // namespace

std::vector<std::string> categories_of(const schema::Attribute& attribute) {
  const auto* type = std::get_if<schema::Categorical>(&attribute.type);
  if (type == nullptr) return {};
  std::vector<std::string> values = type->values;
  if (type->outside == schema::Outside::other) values.push_back(type->other_label);
  return values;
}

TypedColumns::TypedColumns(const schema::Schema& schema, std::size_t rows) {
  for (std::size_t k = 0; k < schema.ids().size(); ++k) {
    const bool number = k >= schema.id_patterns().size() || schema.id_patterns()[k].is_number();
    columns_.push_back({.name = schema.ids()[k], .kind = number ? Kind::integer : Kind::text});
  }
  for (const schema::Attribute& attribute : schema.attributes()) columns_.push_back(column_of(attribute));
  for (Column& column : columns_) {
    if (column.attribute != nullptr && column.attribute->missing) column.missing.reserve(rows);
    if (column.kind == Kind::real) {
      column.real.reserve(rows);
    } else if (column.kind == Kind::categorical) {
      column.codes.reserve(rows);
    } else if (column.kind == Kind::text) {
      column.texts.reserve(rows);
    } else {
      column.whole.reserve(rows);
    }
  }
}

TypedColumns::Column TypedColumns::column_of(const schema::Attribute& attribute) {
  Column column{.name = attribute.name, .attribute = &attribute};
  if (const auto* binned = std::get_if<schema::Binned>(&attribute.type)) {
    column.kind = binned->calendar == schema::Calendar::date       ? Kind::date
                  : binned->calendar == schema::Calendar::datetime ? Kind::datetime
                  : binned->integer                                ? Kind::integer
                                                                   : Kind::real;
  } else if (const auto* type = std::get_if<schema::Categorical>(&attribute.type)) {
    column.kind = Kind::categorical;
    std::int32_t code = 0;
    for (const std::string& value : type->values) column.categories.emplace(value, code++);
    if (type->outside == schema::Outside::other) column.categories.emplace(type->other_label, code);
  }
  return column;
}

void TypedColumns::add(const std::vector<std::string>& texts) {
  ++rows_;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    Column& column = columns_[k];
    const bool may = column.attribute != nullptr && column.attribute->missing;
    const bool missing = may && is_missing(*column.attribute, texts[k]);
    if (may) column.missing.push_back(missing);
    if (missing) {
      add_missing(column);
    } else {
      add(column, texts[k]);
    }
  }
}

void TypedColumns::add_missing(Column& column) const {
  switch (column.kind) {
    case Kind::real:
      column.real.push_back(std::numeric_limits<double>::quiet_NaN());
      return;
    case Kind::categorical:
      column.codes.push_back(-1);
      return;
    default:
      column.whole.push_back(0);
  }
}

void TypedColumns::add(Column& column, const std::string& text) const {
  switch (column.kind) {
    case Kind::integer: {
      std::int64_t value = 0;
      const char* end = text.data() + text.size();
      const auto read = std::from_chars(text.data(), end, value);
      if (read.ec != std::errc() || read.ptr != end) refuse(column);
      column.whole.push_back(value);
      return;
    }
    case Kind::real: {
      const auto value = schema::parse_number(text);
      if (!value) refuse(column);
      column.real.push_back(*value);
      return;
    }
    case Kind::categorical: {
      const auto found = column.categories.find(text);
      if (found == column.categories.end()) refuse(column);
      column.codes.push_back(found->second);
      return;
    }
    case Kind::text:
      column.texts.push_back(text);
      return;
    default: {
      const auto moment = schema::parse_moment(text, std::get<schema::Binned>(column.attribute->type).format);
      if (!moment) refuse(column);
      column.whole.push_back(column.kind == Kind::date ? schema::day_of(*moment) : *moment);
    }
  }
}

void TypedColumns::refuse(const Column& column) const {
  throw DataError({"row " + std::to_string(rows_)}, "the value of '" + column.name + "' is not of the schema's kind",
                  "read rows that Fedloom wrote, with their own schema");
}

nb::list TypedColumns::take() {
  constexpr const char* names[] = {"integer", "real", "date", "datetime", "categorical", "text"};
  nb::list out;
  for (Column& column : columns_) {
    nb::object values = column.kind == Kind::real          ? as_array(std::move(column.real))
                        : column.kind == Kind::categorical ? as_array(std::move(column.codes))
                        : column.kind == Kind::text        ? nb::object(nb::cast(std::exchange(column.texts, {})))
                                                           : as_array(std::move(column.whole));
    const bool may = column.attribute != nullptr && column.attribute->missing;
    nb::object missing = may ? as_flags(std::move(column.missing)) : nb::none();
    out.append(nb::make_tuple(column.name, names[static_cast<std::size_t>(column.kind)], values, missing));
  }
  return out;
}

}  // namespace fedloom::python
