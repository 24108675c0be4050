#include "counted_rows.hpp"

namespace fedloom::site {

CountedRows::CountedRows(data::Table&& table, const measure::MeasureOptions& options)
    : fine_(std::move(table)),
      recoded_(fine_.recoded({})),
      options_(options),
      counter_(std::in_place, recoded_, options) {}

measure::Counter& CountedRows::over(const schema::Coarsening& coarsening) {
  if (coarsening != coarsening_) {
    counter_.reset();
    recoded_ = fine_.recoded(coarsening);
    coarsening_ = coarsening;
    counter_.emplace(recoded_, options_);
  }
  return *counter_;
}

std::vector<boundary::RawCounts> CountedRows::measure(const boundary::RoundPlan& plan) {
  std::vector<schema::Query> queries;
  for (const auto& planned : plan.queries) queries.push_back(planned.query);
  return over(plan.coarsening).measure(queries);
}

measure::MeasureOptions measure_options(const SiteRun& run) {
  return {.threads = run.threads, .entity_rows = run.policy->max_rows * run.policy->max_sites};
}

}  // namespace fedloom::site
