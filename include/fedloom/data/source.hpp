#pragma once
// Rows in: a source's rows, encoded by a schema, clipped to an entity's contribution bound.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/hash.hpp"
#include "fedloom/data/row_source.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::data {

struct Unit {
  std::optional<std::string> column;  ///< entity id; none: a row is an entity
  std::uint32_t max_rows = 1;         ///< the first max_rows rows of an entity, in the rows' order, are kept
  std::optional<std::string> order;   ///< the column that says the rows' order; none: the source's own
};

/// Which rows of a table one of a site's ranks keeps: those of each `of`-th entity, in the order in which they first
/// appear, beginning with number `index`. Together the parts hold each kept row once, and no entity is in two.
struct Part {
  std::uint32_t index = 0;
  std::uint32_t of = 1;
};

/// Counts per column for the site's own log. PRIVATE: never sent, never on a shared terminal.
struct LoadReport {
  struct PerColumn {
    std::string name;
    std::uint64_t other = 0, parent = 0, clipped = 0, missing = 0;  ///< parent: counted as a listed ancestor
  };
  std::vector<PerColumn> columns;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_clipped = 0;  ///< beyond max_rows of their entity
};

struct Loaded {
  Table table;
  LoadReport report;
  /// With a part of several: equal for two parts only if both read the same rows of the same entities. PRIVATE.
  Digest all_rows{};
};

/// `source`: as schema::parse_source, a PATH relative to `base`. Columns that the schema does not name never enter.
/// A value that the source does not have (NULL) is missing. Throws DataError: no such table, no such column, a value
/// that the schema refuses (row and column, never the value), a row that names no entity, and whatever its RowSource
/// throws; rows whose order nothing states while it decides which rows of an entity are kept. With a `part` the table
/// has only its rows; all others are checked like them, so that report and errors are the same at each rank. Rows
/// without an order are sorted by all columns first, so that all ranks see the same.
Loaded load(const std::string& source, const std::filesystem::path& base, const schema::Schema& schema,
            const Unit& unit, const Part& part = {});
/// The same of rows that are opened and not started.
Loaded load(std::unique_ptr<RowSource> rows, const schema::Schema& schema, const Unit& unit, const Part& part = {});

/// Like load but never throws: what would be clipped, sent to `other` or refused, per column. PRIVATE as LoadReport.
struct CheckReport : LoadReport {
  /// Lines of a file, or rows of another source, of the first few of a kind.
  static constexpr std::size_t few = 5;
  using Lines = std::vector<int>;
  struct Places {
    Lines refused, clipped, other;
  };
  std::vector<Places> places;          ///< per column
  std::vector<Lines> broken_at;        ///< per constraint
  std::vector<std::uint64_t> refused;  ///< per column
  std::vector<std::uint64_t> broken;   ///< per constraint of the schema: rows that break it, of those that it can read
  std::vector<std::string> problems;   ///< empty: load() takes the table
  std::string ignored;                 ///< names of the source's columns that the schema does not name, with commas
};
CheckReport check(const std::string& source, const std::filesystem::path& base, const schema::Schema& schema,
                  const Unit& unit);

}  // namespace fedloom::data
