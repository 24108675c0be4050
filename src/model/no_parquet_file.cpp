// For builds without Arrow.

#include "fedloom/base/error.hpp"
#include "model/parquet_file.hpp"

namespace fedloom::model {

struct ParquetFile::Impl {};

bool ParquetFile::available() noexcept { return false; }

ParquetFile::ParquetFile(const std::filesystem::path& file, const std::vector<Column>&) {
  throw EnvironmentError(file.string(), "this build writes no Parquet files",
                         "run ./launch/setup and build again, or use --format csv");
}
ParquetFile::~ParquetFile() = default;
void ParquetFile::add(const std::vector<std::string>&, const std::vector<bool>&) {}
void ParquetFile::finish() {}

}  // namespace fedloom::model
