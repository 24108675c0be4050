#pragma once
// Kinds of a source's columns, as a draft of a schema needs them. Of the cells no more than their kind is kept.

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/schema/value_kind.hpp"

namespace fedloom::data {

struct ColumnKind {
  std::string name;
  schema::ValueKind kind = schema::ValueKind::text;
};

/// Reads all rows. Cells that are empty, NULL, NA, N/A, NaN, None, ? or . are passed over; a column of nothing else is
/// text. Throws DataError: what the source throws, a header with an empty or repeated name, or one that may be a row
/// (a number, a date, or what is a cell of its own column too).
std::vector<ColumnKind> kinds_of(const std::string& source, const std::filesystem::path& base);

}  // namespace fedloom::data
