#pragma once
// A site's rows as a run's plans want them: in the schema's own codes, or in the bins of a coarsening. Private.

#include <optional>

#include "fedloom/data/source.hpp"
#include "fedloom/measure/measure.hpp"

namespace fedloom::site {

class CountedRows {
 public:
  CountedRows(data::Table&& table, const measure::MeasureOptions& options);
  CountedRows(const CountedRows&) = delete;
  CountedRows& operator=(const CountedRows&) = delete;
  /// Counts rows in these bins, which must fit the table's domain. A run has one coarsening, from a round on, so the
  /// newest is kept, with what its counter remembers.
  measure::Counter& over(const schema::Coarsening& coarsening);

 private:
  data::Table fine_, recoded_;
  measure::MeasureOptions options_;
  schema::Coarsening coarsening_;
  std::optional<measure::Counter> counter_;
};

}  // namespace fedloom::site
