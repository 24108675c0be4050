#include "fedloom/evaluate/rows.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "fedloom/base/check.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/schema/csv.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::evaluate {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// data::load has read the same file: its shape and its values are as the schema wants them.
std::vector<std::vector<double>> numbers_of(const std::filesystem::path& file, const schema::Schema& schema,
                                            std::size_t rows) {
  const auto& attributes = schema.attributes();
  std::vector<std::vector<double>> numbers(attributes.size());
  std::ifstream stream(file, std::ios::binary);
  schema::CsvReader reader(stream);
  std::vector<std::string> cells;
  if (reader.next(cells) != schema::CsvReader::Result::record) return numbers;
  std::vector<std::pair<std::size_t, std::size_t>> wanted;  // attribute, column of the file
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const auto column = std::find(cells.begin(), cells.end(), attributes[i].name);
    if (!has_numbers(attributes[i]) || column == cells.end()) continue;
    wanted.emplace_back(i, static_cast<std::size_t>(column - cells.begin()));
    numbers[i].reserve(rows);
  }
  while (!wanted.empty() && reader.next(cells) == schema::CsvReader::Result::record) {
    if (cells.size() == 1 && cells[0].empty()) continue;
    for (const auto& [attribute, column] : wanted) {
      const auto& tokens = attributes[attribute].missing_tokens;
      const bool empty =
          attributes[attribute].missing && std::find(tokens.begin(), tokens.end(), cells[column]) != tokens.end();
      numbers[attribute].push_back(empty ? missing : schema::parse_number(cells[column]).value_or(missing));
    }
  }
  return numbers;
}

}  // namespace

bool has_numbers(const schema::Attribute& attribute) { return std::holds_alternative<schema::Binned>(attribute.type); }

Rows load_rows(const std::string& name, const std::string& file, const schema::Schema& schema) {
  const auto path = std::filesystem::absolute(file);
  Rows rows{name, data::load("csv:" + path.string(), "/", schema, {}).table, {}};
  rows.numbers = numbers_of(path, schema, rows.codes.rows());
  for (auto& column : rows.numbers)
    if (column.size() != rows.codes.rows()) column.clear();
  return rows;
}

Rows together(const std::vector<Rows>& tables) {
  FEDLOOM_CHECK(!tables.empty());
  Rows all{"all", data::Table(tables.front().codes.domain()), {}};
  all.numbers.resize(tables.front().numbers.size());
  for (const auto& table : tables) {
    all.codes.append(table.codes);
    for (std::size_t i = 0; i < all.numbers.size(); ++i)
      all.numbers[i].insert(all.numbers[i].end(), table.numbers[i].begin(), table.numbers[i].end());
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
