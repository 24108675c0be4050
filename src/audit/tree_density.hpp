#pragma once
// A density of rows: the tree of pairs with the most mutual information (Chow & Liu 1968).

#include <cstdint>
#include <span>
#include <vector>

#include "rows.hpp"

namespace fedloom::audit {

class TreeDensity {
 public:
  /// Fitted to at least one row.
  explicit TreeDensity(const Rows& rows);
  /// ln p(row); finite for every row: counts are smoothed towards the single columns, and those towards uniform.
  double log_density(std::span<const std::uint32_t> row) const;

 private:
  struct Node {
    std::uint32_t attribute = 0, parent = 0;
    std::vector<double> log_probability;  ///< of the attribute's codes; of each for each code of the parent, if any
    bool root = false;
  };
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> sizes_;
};

}  // namespace fedloom::audit
