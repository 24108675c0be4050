#pragma once
// Marginals out of a joint histogram, by summing axes away.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

/// A histogram over `attributes` in any order, row-major.
struct Tensor {
  std::vector<std::uint32_t> attributes;
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> cells;
};

/// Adds the tensor's cells to `out`, which has its attributes in ascending order. At most 3 attributes.
void add_in_order(const Tensor& tensor, std::span<std::int64_t> out);

/// Calls emit(k, tensor over the attributes of wanted[k]) for each k in `which`; each is inside the joint.
void project(const Tensor& joint, const std::vector<schema::Marginal>& wanted, std::vector<std::size_t> which,
             const std::function<void(std::size_t, const Tensor&)>& emit);

}  // namespace fedloom::measure
