#pragma once
// A mixture's triples beside measured ones, and the gradient in P. Few triples go one by one; where most of a domain's
// are measured, all that share their first attribute go at once.

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/residuals.hpp"
#include "train/targets.hpp"

namespace fedloom::train {

class Triples {
 public:
  /// Takes the triples of `targets`; their residuals join `residuals`.
  Triples(const schema::Domain& domain, const Targets& targets, const Components& components, const Kernels& kernels,
          Residuals& residuals);
  /// This rank's part of R = w·(M̂ − y) of each triple, for P, B × D.
  void answer(const at::Tensor& p);
  /// Adds ∂(½χ²·B/N̂)/∂P to `gradient`, from the residuals of all ranks.
  void add_gradient(const at::Tensor& p, at::Tensor& gradient);
  ChiSquare chi2() const;

 private:
  /// i and j are the two smallest attributes, k the largest.
  struct Single {
    Block i, j, k;
    at::Tensor counts;  ///< (n_i·n_j) × n_k
    double weight = 0;
    at::Tensor residual;  ///< as counts
  };
  /// All triples with i first; `rest` are the columns of all attributes behind it, W in number.
  struct Dense {
    Block i, rest;
    at::Tensor counts;        ///< (n_i·W) × W, symmetric in the last two axes
    at::Tensor weights;       ///< W × W, 0 where nothing was measured
    at::Tensor residual;      ///< as counts
    std::uint64_t cells = 0;  ///< measured, each triple once
  };
  void take_singles(const schema::Domain& domain, const Targets& targets, Residuals& residuals);
  void take_dense(const schema::Domain& domain, const Targets& targets, Residuals& residuals);
  at::Tensor scratch(const at::Tensor& of, std::int64_t width) const;

  Components components_;
  const Kernels* kernels_;
  std::vector<Single> singles_;
  std::vector<Dense> dense_;
  at::Tensor product_, pull_;  ///< of the largest P_i ⊙ P_j
};

}  // namespace fedloom::train
