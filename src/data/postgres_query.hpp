#pragma once
// The SQL that reads a source's rows. Text only: nothing here speaks to a server.

#include <string>
#include <string_view>
#include <vector>

namespace fedloom::data {

/// What `postgres:…` names.
struct PostgresQuery {
  bool is_table = false;
  std::string text;      ///< the table's name as it was written, or the query without a closing semicolon
  bool ordered = false;  ///< the query ends in an ORDER BY of its own

  /// All columns, for a description of them.
  std::string describe() const;
  /// Rows ascending by `order`; as the query has them where that is empty. `columns` are what a table is asked for; a
  /// query gives all of its own.
  std::string select(const std::vector<std::string>& columns, const std::vector<std::string>& order) const;
};

/// Throws std::invalid_argument with a sentence: neither a query nor the name of a table, or a query that takes some
/// rows of many (outside all brackets).
PostgresQuery parse_postgres(std::string_view place);

/// Our words for a failed statement, by its SQLSTATE (PostgreSQL, appendix A). A server's own words may hold a cell.
struct PostgresFault {
  std::string what, remedy;
};
PostgresFault fault_of(std::string_view sqlstate);

}  // namespace fedloom::data
