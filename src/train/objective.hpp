#pragma once
// ½χ²·(B/N̂) of a mixture's pairs and triples against measurements, and its gradient in P, by matrix products.

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/residuals.hpp"
#include "train/targets.hpp"
#include "train/triples.hpp"

namespace fedloom::train {

class Objective {
 public:
  /// Takes the pairs and triples of `targets`; 1-ways are the caller's. Residuals join `residuals`.
  Objective(const schema::Domain& domain, const Targets& targets, const Components& components, const Kernels& kernels,
            Residuals& residuals);
  /// This rank's part of R = w·(M̂ − y) of each marginal, for P, B × D.
  void answer(const at::Tensor& p);
  /// Adds ∂(½χ²·B/N̂)/∂P to `gradient`, from the residuals of all ranks.
  void add_gradient(const at::Tensor& p, at::Tensor& gradient);
  /// Of the residuals as they are.
  ChiSquare chi2() const;

 private:
  struct Pair {
    Block a, b;
    at::Tensor counts;  ///< n_a × n_b
    double weight = 0;
    at::Tensor residual;  ///< not on the dense path
  };
  static bool dense_is_faster(const std::vector<Pair>& pairs, std::int64_t width);
  void take_dense(std::int64_t width, Residuals& residuals);

  Components components_;
  std::vector<Pair> pairs_;
  Triples triples_;
  // Dense path: all pairs as one D × D matrix, symmetric.
  bool dense_ = false;
  at::Tensor counts_, weights_, residual_;
};

}  // namespace fedloom::train
