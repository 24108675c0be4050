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

}  // namespace fedloom::site
