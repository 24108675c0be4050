#pragma once
// Marginals counted by themselves, many of them over one block of rows while it is in the cache. PRIVATE.

#include <cstdint>
#include <vector>

#include "count_plan.hpp"

namespace fedloom::measure {

/// Adds the counts of plan.solos over all rows of the table to results[solo.marginal]. What is indexed of the columns
/// stays within some 64 MiB, however many rows and threads there are (but a block of rows is at least 4,096).
void count_solos(const data::Table& table, const std::vector<schema::Marginal>& marginals, const CountPlan& plan,
                 Isa isa, unsigned threads, std::vector<std::vector<std::int64_t>>& results);

}  // namespace fedloom::measure
