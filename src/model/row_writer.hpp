#pragma once
// A file of rows that is written piece by piece, and is there whole or not at all.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "fedloom/model/row_text.hpp"
#include "fedloom/model/synthetic_csv.hpp"
#include "model/parquet_file.hpp"

namespace fedloom::model {

class RowWriter {
 public:
  RowWriter(const schema::Schema& schema, std::uint64_t seed, const TableFile& out);
  /// Row-major codes.
  void add(std::span<const std::uint32_t> codes, std::size_t rows);
  /// Throws EnvironmentError.
  void finish();

 private:
  void begin();
  void add_csv(const std::vector<std::string>& texts);
  void add_parquet(const std::vector<std::string>& texts);
  void add_sql(const std::vector<std::string>& texts);
  void flush();

  const schema::Schema& schema_;
  TableFile out_;
  RowText row_;
  std::filesystem::path unfinished_;
  std::ofstream stream_;                  ///< of csv and sql
  std::unique_ptr<ParquetFile> parquet_;  ///< of parquet
  std::string text_;
  std::vector<bool> quoted_;  ///< in SQL, by column
  std::uint64_t rows_ = 0;
};

}  // namespace fedloom::model
