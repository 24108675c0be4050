#pragma once
// rows × query → RawCounts. Multi-threaded, exact, 64-bit; the same for any number of threads.

#include <cstdint>
#include <memory>
#include <vector>

#include "fedloom/boundary/candidate.hpp"
#include "fedloom/boundary/raw.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

struct MeasureOptions {
  unsigned threads = 0;                    ///< 0: one per core
  std::uint32_t entity_rows = 1;           ///< most rows of one entity in the table: sets the L2Bound
  std::uint64_t cache_bytes = 256U << 20;  ///< most memory that a Counter keeps histograms in
  bool gpu = true;                         ///< count on a GPU where this build and this machine have one
};

class CountingDevice;

/// Counts one table, again and again: keeps exact histograms from call to call, so that scoring the same candidates
/// in each round costs no pass over the rows. The histograms are PRIVATE and have no accessor.
class Counter {
 public:
  /// `table` must outlive the counter, and not change.
  Counter(const data::Table& table, MeasureOptions options);
  Counter(Counter&&) noexcept;
  Counter& operator=(Counter&&) noexcept;
  ~Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  /// Answers all queries in order. Several marginals are counted in one pass where that is faster. Every attribute
  /// must be of the table's domain, and no histogram may have more cells than boundary::max_plan_length.
  std::vector<boundary::RawCounts> measure(const std::vector<schema::Query>& queries);

  /// weight_256·‖M_r − model‖₁ − penalty_256 for each, exact (Σ_c |count_c − model_c| in integers).
  /// Sensitivity 256·entity_rows. Aborts on a model of another length than M_r, or a weight over 256.
  boundary::RawScores score(const std::vector<boundary::Candidate>& candidates);

 private:
  using Histogram = std::vector<std::int64_t>;
  /// Calls use(k, histogram of marginals[k]) for each k, in batches of bounded memory.
  template <class Use>
  void for_each_histogram(const std::vector<schema::Marginal>& marginals, const Use& use);
  void keep(const schema::Marginal& marginal, const Histogram& histogram);

  const data::Table* table_;
  MeasureOptions options_;
  std::unique_ptr<CountingDevice> device_;
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

/// A Counter's answers for one call.
std::vector<boundary::RawCounts> measure(const data::Table& table, const std::vector<schema::Query>& queries,
                                         const MeasureOptions& options);
boundary::RawScores score(const data::Table& table, const std::vector<boundary::Candidate>& candidates,
                          const MeasureOptions& options);

/// Exact histograms for local use: PRIVATE, never leaves. Only `evaluate` calls it.
std::vector<std::vector<std::int64_t>> exact_histograms(const data::Table& table,
                                                        const std::vector<schema::Marginal>& marginals,
                                                        unsigned threads);

}  // namespace fedloom::measure
