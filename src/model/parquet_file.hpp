#pragma once
// A Parquet file (Apache Arrow) that is written row by row, a row group at a time. Arrow's headers stay behind it.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fedloom::model {

class ParquetFile {
 public:
  static bool available() noexcept;
  struct Column {
    std::string name;
    std::string type;  ///< as SQL names it (sql_text.hpp)
    bool nullable = false;
  };
  /// Throws EnvironmentError when the file cannot be made, or this build has no Arrow.
  ParquetFile(const std::filesystem::path& file, const std::vector<Column>& columns);
  ~ParquetFile();
  ParquetFile(const ParquetFile&) = delete;
  ParquetFile& operator=(const ParquetFile&) = delete;

  /// One row: texts as CSV has them; null[k]: column k has no value. Throws EnvironmentError.
  void add(const std::vector<std::string>& texts, const std::vector<bool>& null);
  /// Throws EnvironmentError.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::model
