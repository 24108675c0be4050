#include "fedloom/boundary/candidate.hpp"

#include <cstdlib>

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {

std::int64_t score_of(const Candidate& candidate, std::span<const std::int64_t> counts) {
  FEDLOOM_CHECK(candidate.model.size() == counts.size() && candidate.weight_256 <= 256);
  std::int64_t distance = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) distance += std::abs(counts[c] - candidate.model[c]);
  return std::int64_t{candidate.weight_256} * distance - candidate.penalty_256;
}

}  // namespace fedloom::boundary
