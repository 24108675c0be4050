#pragma once
// The rows of a CSV file. Errors name the file, the line and the column, never what a cell holds.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fedloom/data/row_source.hpp"
#include "fedloom/schema/csv.hpp"

namespace fedloom::data {

/// Reads records and checks their shape; empty lines are passed over.
class CsvRows : public RowSource {
 public:
  /// Opens the file and reads its header. Throws DataError.
  explicit CsvRows(std::filesystem::path file);
  const std::vector<std::string>& header() const override { return header_; }
  void start(const RowRequest& request) override;
  bool next() override;
  const std::vector<std::string>& cells() const override { return cells_; }
  bool is_null(std::size_t) const override { return false; }
  FilePosition position() const override;
  bool has_order() const override { return true; }
  bool sorts() const override { return false; }

 private:
  bool read(std::vector<std::string>& record);
  std::filesystem::path file_;
  std::ifstream stream_;
  schema::CsvReader reader_;
  std::vector<std::string> header_, cells_;
};

}  // namespace fedloom::data
