#include "train/objective.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace fedloom::train {
Objective::Objective(const schema::Domain& domain, std::uint32_t components, const Targets& targets, double rows)
    : scale_(rows / components), triples_(domain, components, targets, scale_) {
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() == 2) add_pair(domain, marginal, target);
  }
  choose_path(domain.width());
}

void Objective::add_pair(const schema::Domain& domain, const schema::Marginal& marginal, const Target& target) {
  const Block a = block_of(domain, marginal[0]), b = block_of(domain, marginal[1]);
  pairs_.push_back({a, b, to_tensor(target.counts).view({a.size, b.size}), target.weight, {}});
}

// Pair by pair costs 6·B·n_r flops each in small products, all pairs at once 4·B·D² in two large ones, which run
// faster per flop, the more so the smaller D is.
void Objective::choose_path(std::int64_t width) {
  double cells = 0;
  for (const Pair& pair : pairs_) cells += static_cast<double>(pair.counts.numel());
  const double square = static_cast<double>(width) * static_cast<double>(width);
  dense_ = 6.0 * cells > 4.0 * square * (width < 800 ? 0.25 : 0.5);
  if (!dense_) {
    for (Pair& pair : pairs_) pair.residual = at::empty_like(pair.counts);
    return;
  }
  counts_ = at::zeros({width, width}, at::kFloat);
  weights_ = at::zeros({width, width}, at::kFloat);
  residual_ = at::empty({width, width}, at::kFloat);
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

void Objective::add_gradient(const at::Tensor& p, at::Tensor& gradient) {
  dense_ ? add_dense(p, gradient) : add_pairs(p, gradient);
  triples_.add_gradient(p, gradient);
}

void Objective::add_dense(const at::Tensor& p, at::Tensor& gradient) {
  at::addmm_out(residual_, counts_, p.t(), p, -1, scale_);
  residual_.mul_(weights_);
  gradient.addmm_(p, residual_);
}

// R = w·(M̂ − y); ∂/∂P_a = P_b Rᵀ, ∂/∂P_b = P_a R.
void Objective::add_pairs(const at::Tensor& p, at::Tensor& gradient) {
  for (Pair& pair : pairs_) {
    const at::Tensor a = columns(p, pair.a), b = columns(p, pair.b);
    at::addmm_out(pair.residual, pair.counts, a.t(), b, -pair.weight, pair.weight * scale_);
    columns(gradient, pair.a).addmm_(b, pair.residual.t());
    columns(gradient, pair.b).addmm_(a, pair.residual);
  }
}

ChiSquare Objective::chi2(const at::Tensor& p) const {
  ChiSquare out = triples_.chi2(p);
  for (const Pair& pair : pairs_) {
    const at::Tensor model = columns(p, pair.a).t().mm(columns(p, pair.b)).mul_(scale_);
    out.value += model.sub_(pair.counts).square_().sum(at::kDouble).item<double>() * pair.weight;
    out.cells += static_cast<std::uint64_t>(pair.counts.numel());
  }
  return out;
}

}  // namespace fedloom::train
