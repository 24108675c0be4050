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

/// Counts the entities, and the rows of each.
class EntityBound {
 public:
  EntityBound(const CsvFile& csv, const Unit& unit);
  /// Whether the file's row is among its entity's first max_rows. Throws DataError when it names no entity.
  bool keeps(const CsvFile& csv);
  /// Number of the entity whose row was kept last, from 0 in the order in which they first appear.
  std::uint64_t entity() const noexcept { return entity_; }

 private:
  struct Entity {
    std::uint64_t number = 0;
    std::uint32_t rows = 0;
  };
  std::size_t column_ = 0;
  bool by_column_ = false;
  std::string name_;
  std::uint32_t max_rows_ = 1;
  std::unordered_map<std::string, Entity> entities_;
  std::uint64_t entity_ = 0;
  std::uint64_t seen_ = 0;  ///< entities so far
};

}  // namespace fedloom::data
