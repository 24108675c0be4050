#pragma once
// S·M_r: from the histogram M_r, or straight from the rows where the histogram would have far more cells. PRIVATE.

#include <cstdint>
#include <vector>

#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

std::vector<std::int64_t> sketch_of(const std::vector<std::int64_t>& histogram, const schema::Query& query);

/// The same for each query, without a table of cells: adds up the signs of the rows' cells. `threads` 0: one per core.
std::vector<std::vector<std::int64_t>> sketches_of_rows(const data::Table& table,
                                                        const std::vector<schema::Query>& queries, unsigned threads);

/// Is it faster without a table of cells?
bool sketch_from_rows(const data::Table& table, const schema::Query& query);

}  // namespace fedloom::measure
