#pragma once
// Rows to compare: the schema's codes of all attributes, and the numbers themselves where an attribute has numbers.
// PRIVATE where they are real rows; nothing here is ever sent.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fedloom/data/row_source.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::evaluate {

struct Rows {
  std::string name;  ///< of the site, or of the sample, as the person gave it
  data::Table codes;
  /// Per attribute one number a row, NaN where it is missing; empty where the attribute has no numbers.
  std::vector<std::vector<double>> numbers;
};

/// Whether an attribute's values are numbers as they stand in the table: binned ones, but no dates and nothing that is
/// derived. Codes of `type: coded` are names, not numbers.
bool has_numbers(const schema::Attribute& attribute);

/// Reads a table as data::load does (`source` as there, paths from the current folder) and, of a file, its numbers as
/// they stand in it, not clipped. Rows that Fedloom wrote are of Schema::of_outputs(). Throws DataError.
Rows load_rows(const std::string& name, const std::string& source, const schema::Schema& schema);

/// The same of rows that lie elsewhere: `open` gives them from their beginning, each time it is called.
using OpenRows = std::function<std::unique_ptr<data::RowSource>()>;
Rows load_rows(const std::string& name, const OpenRows& open, const schema::Schema& schema);

/// All rows of several tables of one schema, in order.
Rows together(const std::vector<Rows>& tables);

/// The rows with these numbers, in this order.
Rows rows_at(const Rows& rows, const std::vector<std::size_t>& which);

/// Numbers of the rows that have `code` in an attribute.
std::vector<std::size_t> rows_with(const data::Table& table, std::size_t attribute, std::uint32_t code);

/// The codes of one attribute, as wide as any domain needs.
std::vector<std::uint32_t> codes_of(const data::Table& table, std::size_t attribute);

}  // namespace fedloom::evaluate
