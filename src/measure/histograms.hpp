#pragma once
// Exact histograms of many marginals at once. PRIVATE.

#include <cstdint>
#include <vector>

#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"
#include "isa.hpp"

namespace fedloom::measure {

struct CountOptions {
  unsigned threads = 0;  ///< 0: one per core
  Isa isa = best_isa();
};

/// One histogram for each marginal, in order.
std::vector<std::vector<std::int64_t>> histograms(const data::Table& table,
                                                  const std::vector<schema::Marginal>& marginals, CountOptions options);

}  // namespace fedloom::measure
