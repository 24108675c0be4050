#pragma once
// Rows as text, one at a time, from wherever they lie. Memory: one row, or one batch of what the source sends.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fedloom/base/error.hpp"

namespace fedloom::data {

/// What a reader wants of a source. Columns by their place in header().
struct RowRequest {
  std::vector<std::size_t> columns;  ///< cells of all others may be left empty
  std::vector<std::size_t> order;    ///< rows ascend by these; none: the source's own order
  /// Rows equal in `order` ascend by all other columns asked for, so that two readers see the same.
  bool total = false;
};

/// Errors are DataError (EnvironmentError where a server is gone): they name the source and the row, never a cell.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual const std::vector<std::string>& header() const = 0;
  /// Once, before the first next().
  virtual void start(const RowRequest& request) = 0;
  /// The next row into cells(); false at the end.
  virtual bool next() = 0;
  virtual const std::vector<std::string>& cells() const = 0;
  /// The row has no value there (NULL), whatever texts mean missing.
  virtual bool is_null(std::size_t column) const = 0;
  /// Where the last row stands.
  virtual FilePosition position() const = 0;
  /// Whether the rows' order is stated, by a file or by a query; else only a RowRequest states it.
  virtual bool has_order() const = 0;
  /// Whether start() takes an order; start_rows() sorts for those that do not.
  virtual bool sorts() const = 0;
};

/// `source`: as schema::parse_source, paths relative to `base`. Throws DataError.
std::unique_ptr<RowSource> open_source(const std::string& source, const std::filesystem::path& base);

/// The source, started.
std::unique_ptr<RowSource> start_rows(std::unique_ptr<RowSource> rows, const RowRequest& request);

/// 0-based number of the header's column `name`. Throws DataError when there is none, or more than one.
std::size_t column_of(const RowSource& rows, const std::string& name);

}  // namespace fedloom::data
