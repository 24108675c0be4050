#include "train/objective.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

namespace fedloom::train {
namespace {

at::Tensor columns(const at::Tensor& p, std::int64_t first, std::int64_t size) { return p.narrow(1, first, size); }

at::Tensor to_tensor(const std::vector<double>& values) {
  at::Tensor out = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::transform(values.begin(), values.end(), out.mutable_data_ptr<float>(),
                 [](double v) { return static_cast<float>(v); });
  return out;
}

}  // namespace

void row_kronecker(const at::Tensor& p, std::int64_t first_i, std::int64_t size_i, std::int64_t first_j,
                   std::int64_t size_j, at::Tensor& out) {
  const std::int64_t rows = p.size(0), width = p.size(1);
  const float* from = p.const_data_ptr<float>();
  float* to = out.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b) {
    const float* left = from + b * width + first_i;
    const float* right = from + b * width + first_j;
    for (std::int64_t u = 0; u < size_i; ++u) {
      const float x = left[u];
      for (std::int64_t v = 0; v < size_j; ++v) to[v] = x * right[v];
      to += size_j;
    }
  }
}

Objective::Objective(const schema::Domain& domain, std::uint32_t components, const Targets& targets, double rows)
    : components_(components), scale_(rows / components) {
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() == 2) add_pair(domain, marginal, target);
    if (marginal.degree() == 3) add_triple(domain, marginal, target);
  }
  choose_path(domain.width());
}

Objective::Block Objective::block(const schema::Domain& domain, std::uint32_t attribute) const {
  return {domain.offset(attribute), domain.size(attribute)};
}

void Objective::add_pair(const schema::Domain& domain, const schema::Marginal& marginal, const Target& target) {
  const Block a = block(domain, marginal[0]), b = block(domain, marginal[1]);
  pairs_.push_back({a, b, to_tensor(target.counts).view({a.size, b.size}), target.weight, {}});
}

void Objective::add_triple(const schema::Domain& domain, const schema::Marginal& marginal, const Target& target) {
  std::array<std::int64_t, 3> order{0, 1, 2};
  const auto size = [&](std::int64_t axis) { return std::int64_t{domain.size(marginal[axis])}; };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) { return size(x) < size(y); });
  Triple t;
  t.i = block(domain, marginal[order[0]]);
  t.j = block(domain, marginal[order[1]]);
  t.k = block(domain, marginal[order[2]]);
  t.counts = to_tensor(target.counts)
                 .view({size(0), size(1), size(2)})
                 .permute({order[0], order[1], order[2]})
                 .reshape({t.i.size * t.j.size, t.k.size})
                 .contiguous();
  t.weight = target.weight;
  t.residual = at::empty_like(t.counts);
  t.product = at::empty({components_, t.i.size * t.j.size}, at::kFloat);
  t.pull = at::empty_like(t.product);
  triples_.push_back(std::move(t));
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
  for (Triple& triple : triples_) add_triple_gradient(triple, p, gradient);
}

void Objective::add_dense(const at::Tensor& p, at::Tensor& gradient) {
  at::addmm_out(residual_, counts_, p.t(), p, -1, scale_);
  residual_.mul_(weights_);
  gradient.addmm_(p, residual_);
}

// R = w·(M̂ − y); ∂/∂P_a = P_b Rᵀ, ∂/∂P_b = P_a R.
void Objective::add_pairs(const at::Tensor& p, at::Tensor& gradient) {
  for (Pair& pair : pairs_) {
    const at::Tensor a = columns(p, pair.a.first, pair.a.size), b = columns(p, pair.b.first, pair.b.size);
    at::addmm_out(pair.residual, pair.counts, a.t(), b, -pair.weight, pair.weight * scale_);
    columns(gradient, pair.a.first, pair.a.size).addmm_(b, pair.residual.t());
    columns(gradient, pair.b.first, pair.b.size).addmm_(a, pair.residual);
  }
}

// Q = P_i ⊙ P_j, R = w·(M̂ − y); ∂/∂P_k = Q R; ∂/∂Q = P_k Rᵀ, folded back onto P_i and P_j row by row.
void Objective::add_triple_gradient(Triple& t, const at::Tensor& p, at::Tensor& gradient) {
  row_kronecker(p, t.i.first, t.i.size, t.j.first, t.j.size, t.product);
  const at::Tensor k = columns(p, t.k.first, t.k.size);
  at::addmm_out(t.residual, t.counts, t.product.t(), k, -t.weight, t.weight * scale_);
  columns(gradient, t.k.first, t.k.size).addmm_(t.product, t.residual);
  at::mm_out(t.pull, k, t.residual.t());
  const std::int64_t width = p.size(1);
  const float* pull = t.pull.const_data_ptr<float>();
  const float* from = p.const_data_ptr<float>();
  float* to = gradient.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < components_; ++b) {
    const float* p_i = from + b * width + t.i.first;
    const float* p_j = from + b * width + t.j.first;
    float* g_i = to + b * width + t.i.first;
    float* g_j = to + b * width + t.j.first;
    for (std::int64_t u = 0; u < t.i.size; ++u) {
      float sum = 0;
      for (std::int64_t v = 0; v < t.j.size; ++v) {
        sum += pull[v] * p_j[v];
        g_j[v] += pull[v] * p_i[u];
      }
      g_i[u] += sum;
      pull += t.j.size;
    }
  }
}

Objective::ChiSquare Objective::chi2(const at::Tensor& p) const {
  ChiSquare out;
  const auto take = [&](const at::Tensor& model, const at::Tensor& counts, double weight) {
    out.value += (model * scale_ - counts).square().sum(at::kDouble).item<double>() * weight;
    out.cells += static_cast<std::uint64_t>(counts.numel());
  };
  for (const Pair& pair : pairs_) {
    take(columns(p, pair.a.first, pair.a.size).t().mm(columns(p, pair.b.first, pair.b.size)), pair.counts, pair.weight);
  }
  for (const Triple& t : triples_) {
    at::Tensor product = at::empty_like(t.product);
    row_kronecker(p, t.i.first, t.i.size, t.j.first, t.j.size, product);
    take(product.t().mm(columns(p, t.k.first, t.k.size)), t.counts, t.weight);
  }
  return out;
}

}  // namespace fedloom::train
