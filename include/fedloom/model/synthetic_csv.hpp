#pragma once
// Rows out: draws as a file, with the schema's labels and numbers. Public.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "fedloom/model/generator.hpp"
#include "fedloom/model/plain_rows.hpp"
#include "fedloom/model/tilted.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::model {

/// csv: a header line and a record a row. sql: CREATE TABLE with types, then INSERTs, in one transaction; standard SQL
/// that PostgreSQL and SQLite read. parquet: columns with types, missing values as null; a build with Apache Arrow.
enum class TableFormat : std::uint8_t { csv, sql, parquet };

struct TableFile {
  std::filesystem::path file;
  TableFormat format = TableFormat::csv;
  std::string table = "synthetic";  ///< name of the SQL table
};

/// False: parquet in a build without Apache Arrow.
bool can_write(TableFormat format);

/// Streams `rows` seeded rows that keep the schema's constraints; memory does not grow with rows. The file appears
/// whole or not at all. Throws EnvironmentError; ConfigError where the model has no rows that keep the constraints.
void write_synthetic_csv(const Generator& generator, const schema::Schema& schema, std::uint64_t rows,
                         std::uint64_t seed, const std::filesystem::path& file);

/// The same rows in several files, drawn once.
void write_tables(const PlainRows& rows, const schema::Schema& schema, const std::vector<TableFile>& out);

/// The same for rows under conditions.
void write_table(const std::vector<Stratum>& strata, const schema::Schema& schema, std::uint64_t seed,
                 const TableFile& out);

}  // namespace fedloom::model
