#pragma once
// Exact histograms of many marginals at once. PRIVATE.

#include <cstdint>
#include <vector>

#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

/// One histogram for each marginal, in order; `threads` 0: one per core.
std::vector<std::vector<std::int64_t>> histograms(const data::Table& table,
                                                  const std::vector<schema::Marginal>& marginals, unsigned threads);

}  // namespace fedloom::measure
