#pragma once
// A candidate of the exponential mechanism: public. Its score on counts is private, and enters only RawScores.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/schema/query.hpp"

namespace fedloom::boundary {

struct Candidate {
  schema::Marginal marginal;
  std::vector<std::int64_t> model;  ///< the model's answer: cells() counts, rounded to whole numbers
  std::uint32_t weight_256 = 256;   ///< w_r in 1/256, at most 256
  std::int64_t penalty_256 = 0;     ///< w_r·√(2/π)·σ_r·n_r in 1/256
};

/// weight_256·‖counts − model‖₁ − penalty_256, exact. PRIVATE where the counts are. Aborts on a model of another
/// length, or a weight over 256.
std::int64_t score_of(const Candidate& candidate, std::span<const std::int64_t> counts);
/// How far one row can move a score.
inline constexpr std::uint64_t score_sensitivity = 256;

}  // namespace fedloom::boundary
