#pragma once
// Rows into the histogram of one joint.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fedloom/data/table.hpp"
#include "isa.hpp"
#include "joint_plan.hpp"

namespace fedloom::measure {

struct RowRange {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// Most rows of one range: its counts fit 32 bits.
inline constexpr std::size_t max_range_rows = std::size_t{1} << 31;

/// joint.cells counts, row-major over joint.attributes (the last runs fastest).
std::vector<std::uint32_t> count_joint(const data::Table& table, const Joint& joint, RowRange rows, Isa isa);

/// The same over `attributes` in their order, added to `counts` at once: for more cells than rows.
void add_counts(const data::Table& table, const std::vector<std::uint32_t>& attributes, RowRange rows, Isa isa,
                std::int64_t* counts);

/// Calls use(cell numbers of some rows) until all rows of the range had their turn. Fewer than 2^32 cells.
void for_each_keys(const data::Table& table, const std::vector<std::uint32_t>& attributes, RowRange rows,
                   const std::function<void(std::span<const std::uint32_t>)>& use);

}  // namespace fedloom::measure
