#pragma once
// Bitmaps of rows, and how many bits two of them share.

#include <array>
#include <cstddef>
#include <cstdint>

#include "isa.hpp"

namespace fedloom::measure {

/// 512 rows, one bit each: what one vector instruction takes.
struct alignas(64) Lane {
  std::array<std::uint64_t, 8> words{};
};
inline constexpr std::size_t lane_rows = 512;

/// counts[k] = |a ∧ b_k| for k < many, where b_k = b[k·lanes, (k+1)·lanes) and a has `lanes` lanes.
struct AndCount {
  const Lane* a = nullptr;
  const Lane* b = nullptr;
  std::size_t many = 0;
  std::size_t lanes = 0;
};
void count_ands(Isa isa, const AndCount& what, std::int64_t* counts);

/// Rough nanoseconds for one lane of one such count, with the bitmaps in the second-level cache.
double lane_cost(Isa isa);

}  // namespace fedloom::measure
