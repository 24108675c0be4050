#include "train/objective.hpp"

#include <ATen/ATen.h>

namespace fedloom::train {

Objective::Objective(const schema::Domain& domain, const Targets& targets, const Components& components,
                     const Kernels& kernels, Residuals& residuals)
    : components_(components), triples_(domain, targets, components, kernels, residuals) {
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() != 2) continue;
    const Block a = block_of(domain, marginal[0]), b = block_of(domain, marginal[1]);
    pairs_.push_back(
        {a, b, to_tensor(target.counts, kernels.device()).view({a.size, b.size}), target.weight, at::Tensor()});
  }
  dense_ = dense_is_faster(pairs_, domain.width());
  if (dense_) {
    take_dense(domain.width(), residuals);
    return;
  }
  for (Pair& pair : pairs_) pair.residual = residuals.take(pair.counts.sizes());
}

// Pair by pair costs 6·B·n_r flops each in small products, all pairs at once 4·B·D² in two large ones, which run
// faster per flop, the more so the smaller D is.
bool Objective::dense_is_faster(const std::vector<Pair>& pairs, std::int64_t width) {
  double cells = 0;
  for (const Pair& pair : pairs) cells += static_cast<double>(pair.counts.numel());
  const double square = static_cast<double>(width) * static_cast<double>(width);
  return 6.0 * cells > 4.0 * square * (width < 800 ? 0.25 : 0.5);
}

void Objective::take_dense(std::int64_t width, Residuals& residuals) {
  const at::TensorOptions options = pairs_.front().counts.options();
  counts_ = at::zeros({width, width}, options);
  weights_ = at::zeros({width, width}, options);
  residual_ = residuals.take({width, width});
  for (const Pair& pair : pairs_) {
    const auto place = [&](const at::Tensor& matrix) {
      return matrix.narrow(0, pair.a.first, pair.a.size).narrow(1, pair.b.first, pair.b.size);
    };
    place(counts_).copy_(pair.counts);
    place(weights_).fill_(pair.weight);
  }
  counts_ = counts_ + counts_.t();
  weights_ = weights_ + weights_.t();
}

void Objective::answer(const at::Tensor& p) {
  const double taken = components_.leads ? -1 : 0;
  if (dense_) {
    at::addmm_out(residual_, counts_, p.t(), p, taken, components_.scale);
    residual_.mul_(weights_);
  } else {
    for (Pair& pair : pairs_) {
      at::addmm_out(pair.residual, pair.counts, columns(p, pair.a).t(), columns(p, pair.b), taken * pair.weight,
                    pair.weight * components_.scale);
    }
  }
  triples_.answer(p);
}

// ∂/∂P_a = P_b Rᵀ, ∂/∂P_b = P_a R.
void Objective::add_gradient(const at::Tensor& p, at::Tensor& gradient) {
  if (dense_) {
    gradient.addmm_(p, residual_);
  } else {
    for (const Pair& pair : pairs_) {
      columns(gradient, pair.a).addmm_(columns(p, pair.b), pair.residual.t());
      columns(gradient, pair.b).addmm_(columns(p, pair.a), pair.residual);
    }
  }
  triples_.add_gradient(p, gradient);
}

ChiSquare Objective::chi2() const {
  ChiSquare out = triples_.chi2();
  for (const Pair& pair : pairs_) {
    if (!dense_) out.value += chi_square(pair.residual, pair.weight);
    out.cells += static_cast<std::uint64_t>(pair.counts.numel());
  }
  if (dense_) out.value += 0.5 * chi_square(residual_, weights_);
  return out;
}

}  // namespace fedloom::train
