#pragma once
// The part of a fit step that is no matrix product: softmax by blocks, row-wise Kronecker products, sums over bins, the
// penalty and Adam. Two of a kind: loops over rows for the processor, and LibTorch's own operations, which run on a GPU
// as on the processor. Tables are row-major, float32, contiguous.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "fedloom/schema/domain.hpp"

namespace fedloom::train {

/// Logits are kept within ±this.
inline constexpr double kLargestLogit = 30.0;

/// Columns of one attribute, or of several that are neighbours.
struct Block {
  std::int64_t first = 0, size = 0;
};
struct BlockPair {
  Block i, j;
};
Block block_of(const schema::Domain& domain, std::uint32_t attribute);
at::Tensor columns(const at::Tensor& p, const Block& block);

/// Columns of a table that are summed into fewer: the values of an attribute into the attribute, codes into bins.
struct Grouping {
  std::vector<std::uint32_t> group;  ///< of each column
  std::vector<std::int64_t> first;   ///< where each run of columns of one group begins; then their number
  at::Tensor matrix;                 ///< columns × groups, 1 where a column is of a group; device kernels only
};
/// The attribute of each column.
std::vector<std::uint32_t> attribute_of_columns(const schema::Domain& domain);

/// What Adam keeps of one array.
struct Moments {
  at::Tensor first, second;
  std::int64_t steps = 0;
};

class Kernels {
 public:
  virtual ~Kernels() = default;
  virtual at::Device device() const = 0;
  /// By each column's group, all of 0 to the largest.
  virtual Grouping grouping(std::vector<std::uint32_t> group) const = 0;
  /// p = softmax of each block of `logits`, log_p its logarithm; `sum` the columns' sums of p.
  virtual void softmax(const Grouping& blocks, const at::Tensor& logits, at::Tensor& p, at::Tensor& log_p,
                       at::Tensor& sum) const = 0;
  /// gradient = λ·log P + shared, in every row.
  virtual void start_gradient(double lambda, const at::Tensor& log_p, const at::Tensor& shared,
                              at::Tensor& gradient) const = 0;
  /// From ∂/∂P to ∂/∂L, in place: P ⊙ (g − Σ_block P ⊙ g).
  virtual void to_logits(const Grouping& blocks, const at::Tensor& p, at::Tensor& gradient) const = 0;
  /// P_i ⊙ P_j, row-wise Kronecker product of two blocks, into `out` (B × n_i·n_j).
  virtual void row_kronecker(const at::Tensor& p, const BlockPair& blocks, at::Tensor& out) const = 0;
  /// From ∂/∂(P_i ⊙ P_j) back onto P_i (times `share`) and P_j, added.
  virtual void fold_back(const at::Tensor& pulled, const BlockPair& blocks, float share, const at::Tensor& p,
                         at::Tensor& gradient) const = 0;
  /// bins = the groups' sums of p.
  virtual void sum_groups(const Grouping& bins, const at::Tensor& p, at::Tensor& out) const = 0;
  /// gradient += each column's group's entry.
  virtual void spread_groups(const Grouping& bins, const at::Tensor& of_groups, at::Tensor& gradient) const = 0;
  /// Adam (Kingma & Ba 2015) with β = (.5, .95); `values` are kept within ±kLargestLogit.
  virtual void adam(const at::Tensor& gradient, double step_size, Moments& moments, at::Tensor& values) const = 0;
};

/// Loops, on the processor.
std::unique_ptr<Kernels> host_kernels();
/// LibTorch's operations, on any device it has.
std::unique_ptr<Kernels> device_kernels(const at::Device& device);
/// The first on the processor, the second elsewhere.
std::unique_ptr<Kernels> kernels_for(const at::Device& device);

Moments no_moments(const at::Tensor& values);

}  // namespace fedloom::train
