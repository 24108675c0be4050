#pragma once
// Rows of a table or a query of a PostgreSQL server: one read-only transaction with one snapshot, through a cursor.

#include <memory>

#include "fedloom/data/row_source.hpp"
#include "fedloom/schema/source_name.hpp"

namespace fedloom::data {

/// Connects by libpq's own environment, service and password files. Throws DataError or EnvironmentError with our own
/// words: a server's may hold a cell.
std::unique_ptr<RowSource> open_postgres(const schema::SourceName& name);

}  // namespace fedloom::data
