#include "fedloom/boundary/raw.hpp"

#include <algorithm>

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {

void RawCounts::add(RawCounts&& other) {
  FEDLOOM_CHECK(values_.size() == other.values_.size());
  std::transform(values_.begin(), values_.end(), other.values_.begin(), values_.begin(), std::plus<>());
  l2_ = std::max(l2_, other.l2_);
  other.values_.clear();
}

}  // namespace fedloom::boundary
