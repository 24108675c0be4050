#pragma once
// ½χ²·(B/N̂) of a mixture's pairs and triples against measurements, and its gradient in P, by matrix products.

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/targets.hpp"
#include "train/triples.hpp"

namespace fedloom::train {

class Objective {
 public:
  /// Takes the pairs and triples of `targets`; 1-ways are the caller's.
  Objective(const schema::Domain& domain, std::uint32_t components, const Targets& targets, double rows);

  /// Adds ∂(½χ²·B/N̂)/∂P to `gradient`; both B × D, float32, contiguous.
  void add_gradient(const at::Tensor& p, at::Tensor& gradient);

  /// χ² over pairs and triples.
  ChiSquare chi2(const at::Tensor& p) const;

 private:
  struct Pair {
    Block a, b;
    at::Tensor counts;  ///< n_a × n_b
    double weight = 0;
    at::Tensor residual;  ///< scratch; empty on the dense path
  };
  void add_pair(const schema::Domain& domain, const schema::Marginal& marginal, const Target& target);
  void choose_path(std::int64_t width);
  void add_dense(const at::Tensor& p, at::Tensor& gradient);
  void add_pairs(const at::Tensor& p, at::Tensor& gradient);

  double scale_;  ///< N̂/B
  std::vector<Pair> pairs_;
  Triples triples_;
  // Dense path: all pairs as one D × D matrix, symmetric.
  bool dense_ = false;
  at::Tensor counts_, weights_, residual_;
};

}  // namespace fedloom::train
