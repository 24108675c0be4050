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

/// Rough nanoseconds, of ratios that matter only: see tests/bench/measure.
double joint_cost(std::uint64_t cells, std::size_t degree, std::size_t rows);

struct JointWish {
  schema::Marginal marginal;
  double alone = 0;  ///< cost of counting it by itself in the best way
};

/// Greedy; deterministic. The marginals are distinct and not empty sets; `covers` are indices into `wishes`.
std::vector<Joint> plan_joints(const std::vector<JointWish>& wishes, const schema::Domain& domain, std::size_t rows);

}  // namespace fedloom::measure
