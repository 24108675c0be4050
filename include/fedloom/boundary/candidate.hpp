#pragma once
// A candidate of the exponential mechanism: public. The rows enter only in measure::score.

#include <cstdint>
#include <vector>

#include "fedloom/schema/query.hpp"

namespace fedloom::boundary {

struct Candidate {
  schema::Marginal marginal;
  std::vector<std::int64_t> model;  ///< the model's answer: cells() counts, rounded to whole numbers
  std::uint32_t weight_256 = 256;   ///< w_r in 1/256, at most 256
  std::int64_t penalty_256 = 0;     ///< w_r·√(2/π)·σ_r·n_r in 1/256
};

}  // namespace fedloom::boundary
