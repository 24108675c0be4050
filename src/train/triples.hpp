#pragma once
// ½χ²·(B/N̂) of a mixture's triples, and its gradient in P. Few triples go one by one; where most of a domain's are
// measured, all that share their first attribute go at once.

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/targets.hpp"

namespace fedloom::train {

/// Columns of one attribute, or of several that are neighbours.
struct Block {
  std::int64_t first = 0, size = 0;
};
Block block_of(const schema::Domain& domain, std::uint32_t attribute);
at::Tensor columns(const at::Tensor& p, const Block& block);
/// As float32.
at::Tensor to_tensor(const std::vector<double>& values);

struct ChiSquare {
  double value = 0;
  std::uint64_t cells = 0;
};

class Triples {
 public:
  /// Takes the triples of `targets`. `scale`: N̂/B.
  Triples(const schema::Domain& domain, std::int64_t components, const Targets& targets, double scale);
  /// Adds ∂(½χ²·B/N̂)/∂P to `gradient`; both B × D, float32, contiguous.
  void add_gradient(const at::Tensor& p, at::Tensor& gradient);
  ChiSquare chi2(const at::Tensor& p) const;

 private:
  /// i and j are the two smallest attributes, k the largest.
  struct Single {
    Block i, j, k;
    at::Tensor counts;  ///< (n_i·n_j) × n_k
    double weight = 0;
    at::Tensor residual;  ///< scratch, as counts
  };
  /// All triples with i first; `rest` are the columns of all attributes behind it, W in number.
  struct Dense {
    Block i, rest;
    at::Tensor counts;        ///< (n_i·W) × W, symmetric in the last two axes
    at::Tensor weights;       ///< W × W, 0 where nothing was measured
    at::Tensor residual;      ///< scratch, as counts
    std::uint64_t cells = 0;  ///< measured, each triple once
  };
  void take_singles(const schema::Domain& domain, const Targets& targets);
  void take_dense(const schema::Domain& domain, const Targets& targets);
  void add_single(Single& single, const at::Tensor& p, at::Tensor& gradient);
  void add_dense(Dense& dense, const at::Tensor& p, at::Tensor& gradient);
  at::Tensor scratch(const at::Tensor& of, std::int64_t columns) const;

  std::int64_t components_;
  double scale_;
  std::vector<Single> singles_;
  std::vector<Dense> dense_;
  at::Tensor product_, pull_;  ///< of the largest P_i ⊙ P_j
};

/// P_i ⊙ P_j, row-wise Kronecker product of two column blocks of p, into `out` (B × n_i·n_j, contiguous).
void row_kronecker(const at::Tensor& p, const Block& i, const Block& j, at::Tensor& out);

}  // namespace fedloom::train
