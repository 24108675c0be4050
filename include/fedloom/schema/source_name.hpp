#pragma once
// How a source of rows is named: "csv:PATH", "parquet:PATH", "postgres:TABLE", "postgres(service=NAME):SELECT …".

#include <string>
#include <string_view>

namespace fedloom::schema {

struct SourceName {
  enum class Scheme { csv, parquet, postgres } scheme = Scheme::csv;
  std::string service;  ///< postgres: entry of the connection service file; empty: the environment's connection
  std::string place;    ///< the path, the table or the query
};

/// Throws std::invalid_argument with a sentence that never repeats the text: it may hold a secret. A name that carries
/// a user, a password or an address is refused: those belong into libpq's own files and environment.
SourceName parse_source(std::string_view text);

/// A source as a person names it: one without a scheme is a file's path, of Parquet where it ends so, else of CSV.
std::string with_scheme(const std::string& text);

}  // namespace fedloom::schema
