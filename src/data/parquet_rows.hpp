#pragma once
// Rows of a Parquet file, a row group at a time, of the columns that are needed. Errors name the file and the row.

#include <filesystem>
#include <memory>

#include "fedloom/data/row_source.hpp"

namespace fedloom::data {

/// Throws DataError: no such file, or none of this format.
std::unique_ptr<RowSource> open_parquet(const std::filesystem::path& file);

}  // namespace fedloom::data
