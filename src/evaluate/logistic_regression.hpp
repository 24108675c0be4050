#pragma once
// Logistic regression on categorical rows: one weight for each code of each attribute, and an intercept.

#include <cstdint>
#include <vector>

#include "classifier_scores.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/evaluate/stop_check.hpp"

namespace fedloom::evaluate {

/// Rows by the places of their ones in a one-hot layout of the chosen attributes; the last place is the intercept's.
class OneHotRows {
 public:
  /// Attributes of the domain in order, `left_out` excepted.
  OneHotRows(const schema::Domain& domain, std::optional<std::uint32_t> left_out);
  void append(const data::Table& table);
  std::size_t rows() const noexcept { return places_.size() / per_row_; }
  std::size_t width() const noexcept { return width_; }  ///< intercept included
  /// per_row() places of a row, ascending.
  const std::uint32_t* row(std::size_t k) const { return places_.data() + k * per_row_; }
  std::size_t per_row() const noexcept { return per_row_; }

 private:
  std::vector<std::uint32_t> attributes_, offsets_;
  std::size_t per_row_ = 1, width_ = 1;
  std::vector<std::uint32_t> places_;
};

struct LogisticFit {
  std::vector<double> weights;  ///< by place
  std::size_t rank = 0;         ///< of the one-hot matrix with its intercept: parameters that the rows can tell apart
  int steps = 0;
};

/// Fits are refused beyond this width: the normal equations are held whole.
inline constexpr std::size_t most_places = 2048;

/// Least −Σ log-likelihood + ridge/2·‖weights‖² (the intercept is free), by Newton's method (IRLS). Needs a ridge > 0.
/// The same for any number of threads.
LogisticFit fit_logistic(const OneHotRows& rows, const Labels& labels, double ridge, unsigned threads,
                         const StopCheck& check = {});

std::vector<double> probabilities(const LogisticFit& fit, const OneHotRows& rows);

}  // namespace fedloom::evaluate
