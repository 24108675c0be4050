#pragma once
// A site's rows as a run's plans want them: in the schema's own codes, or in the bins of a coarsening. Private.

#include <optional>

#include "fedloom/data/source.hpp"
#include "fedloom/measure/measure.hpp"
#include "fedloom/site/plan_answerer.hpp"

namespace fedloom::site {

class CountedRows {
 public:
  CountedRows(data::Table&& table, const measure::MeasureOptions& options);
  CountedRows(const CountedRows&) = delete;
  CountedRows& operator=(const CountedRows&) = delete;
  /// Counts rows in these bins, which must fit the table's domain. A run has one coarsening, from a round on, so the
  /// newest is kept, with what its counter remembers.
  measure::Counter& over(const schema::Coarsening& coarsening);
  /// The answers to a plan that fits the table's domain.
  std::vector<boundary::RawCounts> measure(const boundary::RoundPlan& plan);

 private:
  data::Table fine_, recoded_;
  measure::MeasureOptions options_;
  schema::Coarsening coarsening_;
  std::optional<measure::Counter> counter_;
};

measure::MeasureOptions measure_options(const SiteRun& run);

}  // namespace fedloom::site
