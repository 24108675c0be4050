#pragma once
// rows × query → RawCounts. Multi-threaded, exact, 64-bit.

#include <cstdint>
#include <vector>

#include "fedloom/boundary/candidate.hpp"
#include "fedloom/boundary/raw.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

struct MeasureOptions {
  unsigned threads = 0;            ///< 0: one per core
  std::uint32_t entity_rows = 1;   ///< most rows of one entity in the table: sets the L2Bound
};

/// Answers all queries in order; counts several marginals in one pass where that is faster.
std::vector<boundary::RawCounts> measure(const data::Table& table, const std::vector<schema::Query>& queries,
                                         const MeasureOptions& options);

/// weight_256·‖M_r − model‖₁ − penalty_256 for each, exact (Σ_c |count_c − model_c| in integers). Sensitivity 256·entity_rows.
boundary::RawScores score(const data::Table& table, const std::vector<boundary::Candidate>& candidates,
                          const MeasureOptions& options);

/// Exact histogram for local use (evaluate): PRIVATE, never leaves. Only `measure` and `evaluate` call it.
std::vector<std::int64_t> exact_histogram(const data::Table& table, const schema::Marginal& marginal, unsigned threads);

}  // namespace fedloom::measure
