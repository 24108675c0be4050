#pragma once
// Which marginals are counted together: one pass over the rows into the histogram of a set of attributes gives, by
// summing axes away, every marginal inside the set. Updating a cell costs about as much as summing a few cells, so
// that counting four columns of moderate size once is much cheaper than counting their six pairs.

#include <cstdint>
#include <vector>

#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

struct Joint {
  /// Axes of the joint histogram, smallest first: the long last axis lets sums run over contiguous cells.
  std::vector<std::uint32_t> attributes;
  std::uint64_t cells = 1;
  /// Indices of the marginals that are derived from it; each marginal is in one joint.
  std::vector<std::size_t> covers;
};

inline constexpr std::size_t max_joint_degree = 6;
/// Joints of several marginals stay within 16-bit keys.
inline constexpr std::uint64_t max_joint_cells = std::uint64_t{1} << 16;

/// Greedy; deterministic. `marginals` are distinct and not empty sets.
std::vector<Joint> plan_joints(const std::vector<schema::Marginal>& marginals, const schema::Domain& domain,
                               std::size_t rows);

}  // namespace fedloom::measure
