#pragma once
// What is known of each column before any pair of it is counted: a bitmap for each value, or the rows that do not have
// the column's common value. Built for one block of rows at a time. PRIVATE.

#include <cstdint>
#include <vector>

#include "bit_count.hpp"
#include "fedloom/data/table.hpp"
#include "joint_count.hpp"

namespace fedloom::measure {

/// Rows of a block: numbers of rows inside it fit 16 bits, and its bitmaps the first-level cache. Not a power of two:
/// bitmaps that lie one after the other must not fall on the same lines of the cache.
inline constexpr std::size_t index_rows = 63 * lane_rows;
/// Codes are kept in 16 bits.
inline constexpr std::uint32_t max_indexed_size = 1U << 16;

struct IndexWish {
  std::uint32_t attribute = 0;
  bool bits = false;         ///< bitmaps and totals
  bool off_common = false;   ///< rows off the common value, and totals
  std::uint32_t common = 0;  ///< any value; the more common, the shorter the list
};

struct ColumnIndex {
  std::vector<std::uint32_t> totals;       ///< rows that have each value
  std::vector<Lane> bits;                  ///< value-major; bits past the last row are 0
  std::vector<std::uint16_t> rows, codes;  ///< of the rows whose value is not `common`
};

ColumnIndex index_column(const data::Table& table, const IndexWish& wish, RowRange rows, Isa isa);

inline std::size_t lanes_of(RowRange rows) { return (rows.to - rows.from + lane_rows - 1) / lane_rows; }

}  // namespace fedloom::measure
