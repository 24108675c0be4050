#include "fedloom/evaluate/rows.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "fedloom/base/check.hpp"
#include "fedloom/data/row_source.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::evaluate {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Attribute and column of the source.
using Wanted = std::vector<std::pair<std::size_t, std::size_t>>;

Wanted wanted_columns(const std::vector<std::string>& header, const schema::Schema& schema) {
  Wanted wanted;
  const auto& attributes = schema.attributes();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const auto column = std::find(header.begin(), header.end(), attributes[i].name);
    if (has_numbers(attributes[i]) && column != header.end())
      wanted.emplace_back(i, static_cast<std::size_t>(column - header.begin()));
  }
  return wanted;
}

bool is_missing(const schema::Attribute& attribute, const std::string& text) {
  const auto& tokens = attribute.missing_tokens;
  return attribute.missing && std::find(tokens.begin(), tokens.end(), text) != tokens.end();
}

/// data::load has read the same file: its shape and its values are as the schema wants them. Of a data base nothing:
/// a second reading may give the rows in another order.
std::vector<std::vector<double>> numbers_of(std::unique_ptr<data::RowSource> opened, const schema::Schema& schema) {
  std::vector<std::vector<double>> numbers(schema.attributes().size());
  const Wanted wanted = wanted_columns(opened->header(), schema);
  if (opened->sorts() || wanted.empty()) return numbers;
  data::RowRequest request;
  for (const auto& [attribute, column] : wanted) request.columns.push_back(column);
  std::sort(request.columns.begin(), request.columns.end());
  const auto rows = data::start_rows(std::move(opened), request);
  while (rows->next()) {
    for (const auto& [attribute, column] : wanted) {
      const std::string& text = rows->cells()[column];
      const bool none = rows->is_null(column) || is_missing(schema.attributes()[attribute], text);
      numbers[attribute].push_back(none ? missing : schema::parse_number(text).value_or(missing));
    }
  }
  return numbers;
}

}  // namespace

bool has_numbers(const schema::Attribute& attribute) {
  const auto* binned = std::get_if<schema::Binned>(&attribute.type);
  return binned != nullptr && binned->calendar == schema::Calendar::none && attribute.origin.is_own_cell();
}

Rows load_rows(const std::string& name, const std::string& source, const schema::Schema& schema) {
  return load_rows(
      name, [&] { return data::open_source(source, std::filesystem::current_path()); }, schema);
}

Rows load_rows(const std::string& name, const OpenRows& open, const schema::Schema& schema) {
  Rows rows{name, data::load(open(), schema, {}).table, {}};
  rows.numbers = numbers_of(open(), schema);
  return rows;
}

Rows together(const std::vector<Rows>& tables) {
  FEDLOOM_CHECK(!tables.empty());
  Rows all{"all", data::Table(tables.front().codes.domain()), {}};
  all.numbers.resize(tables.front().numbers.size());
  for (const auto& table : tables) all.codes.append(table.codes);
  for (std::size_t i = 0; i < all.numbers.size(); ++i) {
    auto& numbers = all.numbers[i];
    for (const auto& table : tables) numbers.insert(numbers.end(), table.numbers[i].begin(), table.numbers[i].end());
    // A table without these numbers would leave the others' at the wrong rows.
    if (numbers.size() != all.codes.rows()) numbers.clear();
  }
  return all;
}

Rows rows_at(const Rows& rows, const std::vector<std::size_t>& which) {
  const auto& domain = rows.codes.domain();
  Rows some{rows.name, data::Table(domain), {}};
  some.codes.reserve(which.size());
  std::vector<std::uint32_t> codes(domain.dimensions());
  for (const auto row : which) {
    for (std::size_t i = 0; i < codes.size(); ++i)
      codes[i] = std::visit([&](const auto& column) -> std::uint32_t { return column[row]; }, rows.codes.column(i));
    some.codes.append(codes);
  }
  some.numbers.resize(rows.numbers.size());
  for (std::size_t i = 0; i < rows.numbers.size(); ++i) {
    if (rows.numbers[i].empty()) continue;
    for (const auto row : which) some.numbers[i].push_back(rows.numbers[i][row]);
  }
  return some;
}

std::vector<std::size_t> rows_with(const data::Table& table, std::size_t attribute, std::uint32_t code) {
  std::vector<std::size_t> found;
  std::visit(
      [&](const auto& column) {
        for (std::size_t row = 0; row < column.size(); ++row)
          if (column[row] == code) found.push_back(row);
      },
      table.column(attribute));
  return found;
}

std::vector<std::uint32_t> codes_of(const data::Table& table, std::size_t attribute) {
  return std::visit([](const auto& column) { return std::vector<std::uint32_t>(column.begin(), column.end()); },
                    table.column(attribute));
}

}  // namespace fedloom::evaluate
