#pragma once
// The rows of a CSV file in the schema's order of attributes. Errors name the file, the line and the column, never
// what a cell holds.

#include <filesystem>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "fedloom/base/error.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/schema/csv.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::data {

/// Reads records and checks their shape.
class CsvFile {
 public:
  /// Opens the file and reads its header. Throws DataError.
  explicit CsvFile(std::filesystem::path file);
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;
  const std::vector<std::string>& header() const noexcept { return header_; }
  /// The next row into cells(), empty lines passed over; false at the end. Throws DataError.
  bool next();
  const std::vector<std::string>& cells() const noexcept { return cells_; }
  /// Where the last row began.
  FilePosition position() const;
  /// 0-based number of the header's column `name`. Throws DataError when there is none, or more than one.
  std::size_t column(const std::string& name) const;

 private:
  bool read(std::vector<std::string>& record);
  std::filesystem::path file_;
  std::ifstream stream_;
  schema::CsvReader reader_;
  std::vector<std::string> header_, cells_;
};

/// Counts the rows of each entity.
class EntityBound {
 public:
  EntityBound(const CsvFile& csv, const Unit& unit);
  /// Whether the file's row is among its entity's first max_rows. Throws DataError when it names no entity.
  bool keeps(const CsvFile& csv);

 private:
  std::size_t column_ = 0;
  bool by_column_ = false;
  std::string name_;
  std::uint32_t max_rows_ = 1;
  std::unordered_map<std::string, std::uint32_t> rows_of_;
};

}  // namespace fedloom::data
