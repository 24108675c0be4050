#include "parquet_rows.hpp"

namespace fedloom::data {

std::unique_ptr<RowSource> open_parquet(const std::filesystem::path&) {
  throw EnvironmentError("the source", "this build of Fedloom cannot read Parquet",
                         "run ./launch/setup, which fetches the library, or name a CSV file");
}

}  // namespace fedloom::data
