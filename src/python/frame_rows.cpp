#include "frame_rows.hpp"

#include <cmath>
#include <limits>

#include "fedloom/base/check.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::python {

FrameRows::FrameRows(std::shared_ptr<const Frame> frame) : frame_(std::move(frame)) {
  for (const auto& column : frame_->columns) header_.push_back(column.name);
  cells_.resize(header_.size());
  null_.resize(header_.size());
}

void FrameRows::start(const data::RowRequest& request) { FEDLOOM_CHECK(request.order.empty()); }

bool FrameRows::next() {
  if (row_ == frame_->rows) return false;
  for (std::size_t k = 0; k < header_.size(); ++k) take(k);
  ++row_;
  return true;
}

void FrameRows::take(std::size_t column) {
  const Frame::Column& from = frame_->columns[column];
  bool null = false;
  if (const auto* words = std::get_if<Frame::Words>(&from.values)) {
    const std::int32_t code = words->codes[row_];
    null = code < 0;
    if (!null) cells_[column] = words->texts[static_cast<std::size_t>(code)];
  } else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&from.values)) {
    null = !from.missing.empty() && from.missing[row_] != 0;
    if (!null) cells_[column] = std::to_string((*whole)[row_]);
  } else {
    const double number = std::get<std::vector<double>>(from.values)[row_];
    null = std::isnan(number);
    if (!null) cells_[column] = schema::shortest(number);
  }
  if (null) cells_[column].clear();
  null_[column] = null;
}

FilePosition FrameRows::position() const {
  constexpr std::size_t most = std::numeric_limits<int>::max();
  return {frame_->name, static_cast<int>(row_ < most ? row_ : most)};
}

}  // namespace fedloom::python
