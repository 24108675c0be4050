#include "fedloom/data/row_source.hpp"

#include <algorithm>
#include <stdexcept>

#include "csv_rows.hpp"
#include "fedloom/schema/source_name.hpp"
#include "parquet_rows.hpp"
#include "sorted_rows.hpp"
#if FEDLOOM_WITH_POSTGRES
#include "postgres_rows.hpp"
#endif

namespace fedloom::data {
namespace {

schema::SourceName parsed(const std::string& source) {
  try {
    return schema::parse_source(source);
  } catch (const std::invalid_argument& error) {
    throw DataError({}, error.what(), "");
  }
}

}  // namespace

std::unique_ptr<RowSource> open_source(const std::string& source, const std::filesystem::path& base) {
  using Scheme = schema::SourceName::Scheme;
  const schema::SourceName name = parsed(source);
  switch (name.scheme) {
    case Scheme::csv:
      return std::make_unique<CsvRows>(base / name.place);
    case Scheme::parquet:
      return open_parquet(base / name.place);
    case Scheme::postgres:
#if FEDLOOM_WITH_POSTGRES
      return open_postgres(name);
#else
      throw EnvironmentError("the source", "this build of Fedloom cannot read PostgreSQL",
                             "install libpq-dev and build again, or name a CSV file");
#endif
  }
  return nullptr;
}

std::unique_ptr<RowSource> start_rows(std::unique_ptr<RowSource> rows, const RowRequest& request) {
  if (!request.order.empty() && !rows->sorts()) return std::make_unique<SortedRows>(std::move(rows), request);
  rows->start(request);
  return rows;
}

std::size_t column_of(const RowSource& rows, const std::string& name) {
  const auto& header = rows.header();
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    throw DataError(rows.position(), "the table has no column '" + name + "'",
                    "add the column, or check its name in the header line");
  }
  if (std::find(found + 1, header.end(), name) != header.end()) {
    throw DataError(rows.position(), "the table has the column '" + name + "' more than once",
                    "give each column its own name");
  }
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace fedloom::data
