#include "train/triples.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

namespace fedloom::train {

Triples::Triples(const schema::Domain& domain, const Targets& targets, const Components& components,
                 const Kernels& kernels, Residuals& residuals)
    : components_(components), kernels_(&kernels) {
  const auto d = static_cast<double>(domain.dimensions());
  const auto triples =
      std::count_if(targets.begin(), targets.end(), [](const auto& t) { return t.first.degree() == 3; });
  const bool most = static_cast<double>(triples) > d * (d - 1.0) * (d - 2.0) / 12.0;
  most ? take_dense(domain, targets, residuals) : take_singles(domain, targets, residuals);
  std::int64_t largest = 0;
  for (const Single& s : singles_) largest = std::max(largest, s.i.size * s.j.size);
  for (const Dense& s : dense_) largest = std::max(largest, s.i.size * s.rest.size);
  product_ = at::empty({components_.number * largest}, at::TensorOptions(kernels.device()).dtype(at::kFloat));
  pull_ = at::empty_like(product_);
}

void Triples::take_singles(const schema::Domain& domain, const Targets& targets, Residuals& residuals) {
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() != 3) continue;
    const schema::Marginal& r = marginal;
    std::array<std::int64_t, 3> order{0, 1, 2};
    const auto size = [&](std::int64_t axis) { return std::int64_t{domain.size(r[axis])}; };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) { return size(x) < size(y); });
    Single s{block_of(domain, r[order[0]]), block_of(domain, r[order[1]]), block_of(domain, r[order[2]]), {}, 0, {}};
    s.counts = to_tensor(target.counts, kernels_->device())
                   .view({size(0), size(1), size(2)})
                   .permute({order[0], order[1], order[2]})
                   .reshape({s.i.size * s.j.size, s.k.size})
                   .contiguous();
    s.weight = target.weight;
    s.residual = residuals.take(s.counts.sizes());
    singles_.push_back(std::move(s));
  }
}

void Triples::take_dense(const schema::Domain& domain, const Targets& targets, Residuals& residuals) {
  const at::Device device = kernels_->device();
  for (std::uint32_t i = 0; i + 2 < domain.dimensions(); ++i) {
    const std::int64_t from = domain.offset(i + 1), width = std::int64_t{domain.width()} - from;
    Dense s{block_of(domain, i), {from, width}, {}, at::zeros({width, width}, at::kFloat), {}, 0};
    at::Tensor counts = at::zeros({s.i.size, width, width}, at::kFloat);
    for (const auto& [marginal, target] : targets) {
      if (marginal.degree() != 3 || marginal[0] != i) continue;
      const Block j = block_of(domain, marginal[1]), k = block_of(domain, marginal[2]);
      const at::Tensor table = to_tensor(target.counts, at::kCPU).view({s.i.size, j.size, k.size});
      counts.narrow(1, j.first - from, j.size).narrow(2, k.first - from, k.size).copy_(table);
      counts.narrow(1, k.first - from, k.size).narrow(2, j.first - from, j.size).copy_(table.transpose(1, 2));
      s.weights.narrow(0, j.first - from, j.size).narrow(1, k.first - from, k.size).fill_(target.weight);
      s.weights.narrow(0, k.first - from, k.size).narrow(1, j.first - from, j.size).fill_(target.weight);
      s.cells += target.counts.size();
    }
    if (s.cells == 0) continue;
    s.counts = counts.view({s.i.size * width, width}).to(device);
    s.weights = s.weights.to(device);
    s.residual = residuals.take(s.counts.sizes());
    dense_.push_back(std::move(s));
  }
}

at::Tensor Triples::scratch(const at::Tensor& of, std::int64_t width) const {
  return of.narrow(0, 0, components_.number * width).view({components_.number, width});
}

void Triples::answer(const at::Tensor& p) {
  const double taken = components_.leads ? -1 : 0;
  for (Single& s : singles_) {
    at::Tensor product = scratch(product_, s.i.size * s.j.size);
    kernels_->row_kronecker(p, {s.i, s.j}, product);
    at::addmm_out(s.residual, s.counts, product.t(), columns(p, s.k), taken * s.weight, s.weight * components_.scale);
  }
  for (Dense& s : dense_) {
    const std::int64_t width = s.rest.size;
    at::Tensor product = scratch(product_, s.i.size * width);
    kernels_->row_kronecker(p, {s.i, s.rest}, product);
    at::addmm_out(s.residual, s.counts, product.t(), columns(p, s.rest), taken, components_.scale);
    s.residual.view({s.i.size, width, width}).mul_(s.weights);
  }
}

// Single, Q = P_i ⊙ P_j: ∂/∂P_k = Q R; ∂/∂Q = P_k Rᵀ, folded back onto P_i and P_j row by row.
// Dense, with C the columns of the rest and R_u the symmetric W × W residual of value u: each triple is in R_u twice,
// so C's gradient Σ_u P_iu ⊙ (C R_u) is whole, and that of P_iu half of ⟨C, C R_u⟩.
void Triples::add_gradient(const at::Tensor& p, at::Tensor& gradient) {
  for (Single& s : singles_) {
    at::Tensor product = scratch(product_, s.i.size * s.j.size), pulled = scratch(pull_, s.i.size * s.j.size);
    kernels_->row_kronecker(p, {s.i, s.j}, product);
    columns(gradient, s.k).addmm_(product, s.residual);
    at::mm_out(pulled, columns(p, s.k), s.residual.t());
    kernels_->fold_back(pulled, {s.i, s.j}, 1.0F, p, gradient);
  }
  for (Dense& s : dense_) {
    at::Tensor pulled = scratch(pull_, s.i.size * s.rest.size);
    at::mm_out(pulled, columns(p, s.rest), s.residual.t());
    kernels_->fold_back(pulled, {s.i, s.rest}, 0.5F, p, gradient);
  }
}

ChiSquare Triples::chi2() const {
  ChiSquare out;
  for (const Single& s : singles_) {
    out.value += chi_square(s.residual, s.weight);
    out.cells += static_cast<std::uint64_t>(s.residual.numel());
  }
  for (const Dense& s : dense_) {
    out.value += 0.5 * chi_square(s.residual.view({s.i.size, s.rest.size, s.rest.size}), s.weights);
    out.cells += s.cells;
  }
  return out;
}

}  // namespace fedloom::train
