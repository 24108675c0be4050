#pragma once
// How each marginal is counted: by itself, in one of three ways, or in a joint with others. All ways are exact; the
// choice is only one of speed, from the columns' sizes and a sample of their rows.

#include <cstdint>
#include <vector>

#include "fedloom/data/table.hpp"
#include "isa.hpp"
#include "joint_plan.hpp"
#include "row_index.hpp"

namespace fedloom::measure {

/// A marginal counted by itself.
struct Solo {
  enum class Way : std::uint8_t {
    bits,        ///< bitmaps of its columns: few values
    off_common,  ///< only the rows where column `side` does not have its common value: skewed columns
    direct       ///< row by row into the result: more cells than rows
  };
  std::size_t marginal = 0;
  Way way = Way::direct;
  std::size_t side = 0;
};

struct CountPlan {
  std::vector<Solo> solos;
  std::vector<Joint> joints;
  /// One for each attribute of the table that a solo asks to have indexed.
  std::vector<IndexWish> indexes;
};

/// Each marginal is in one solo or one joint. `marginals` are distinct and not empty sets.
CountPlan plan_counts(const data::Table& table, const std::vector<schema::Marginal>& marginals, Isa isa);

}  // namespace fedloom::measure
