#pragma once
// ½χ²·(B/N̂) of a mixture's pairs and triples against measurements, and its gradient in P, by matrix products.

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/targets.hpp"

namespace fedloom::train {

class Objective {
 public:
  /// Takes the pairs and triples of `targets`; 1-ways are the caller's.
  Objective(const schema::Domain& domain, std::uint32_t components, const Targets& targets, double rows);

  /// Adds ∂(½χ²·B/N̂)/∂P to `gradient`; both B × D, float32, contiguous.
  void add_gradient(const at::Tensor& p, at::Tensor& gradient);

  struct ChiSquare {
    double value = 0;
    std::uint64_t cells = 0;
  };
  /// χ² over pairs and triples.
  ChiSquare chi2(const at::Tensor& p) const;

 private:
  struct Block {
    std::int64_t first = 0, size = 0;  ///< columns of one attribute
  };
  struct Pair {
    Block a, b;
    at::Tensor counts;  ///< n_a × n_b
    double weight = 0;
    at::Tensor residual;  ///< scratch; empty on the dense path
  };
  /// Triples that share their first two attributes.
  struct Triples {
    Block i, j;
    std::vector<Block> thirds;
    bool side_by_side = false;  ///< the thirds are neighbours in P
    at::Tensor counts;          ///< (n_i·n_j) × Σ n_k
    at::Tensor weights;         ///< 1 × Σ n_k
    at::Tensor residual;        ///< scratch, as counts
  };
  Block block(const schema::Domain& domain, std::uint32_t attribute) const;
  void add_pair(const schema::Domain& domain, const schema::Marginal& marginal, const Target& target);
  void add_triples(const schema::Domain& domain, const Targets& targets);
  void choose_path(std::int64_t width);
  void add_dense(const at::Tensor& p, at::Tensor& gradient);
  void add_pairs(const at::Tensor& p, at::Tensor& gradient);
  void add_triples_gradient(Triples& triples, const at::Tensor& p, at::Tensor& gradient);
  at::Tensor thirds_of(const Triples& triples, const at::Tensor& p) const;

  std::int64_t components_;
  double scale_;  ///< N̂/B
  std::vector<Pair> pairs_;
  std::vector<Triples> triples_;
  at::Tensor product_, pull_, thirds_;  ///< scratch of the largest group
  // Dense path: all pairs as one D × D matrix, symmetric.
  bool dense_ = false;
  at::Tensor counts_, weights_, residual_;
};

/// P_i ⊙ P_j, row-wise Kronecker product of two column blocks of p, into `out` (B × n_i·n_j, contiguous).
void row_kronecker(const at::Tensor& p, std::int64_t first_i, std::int64_t size_i, std::int64_t first_j,
                   std::int64_t size_j, at::Tensor& out);

}  // namespace fedloom::train
