#include "train/triples.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

namespace fedloom::train {
namespace {

/// In eight partial sums, which the compiler keeps in vectors.
float dot(const float* a, const float* b, std::int64_t size) {
  std::array<float, 8> sums{};
  std::int64_t c = 0;
  for (; c + 8 <= size; c += 8) {
    for (std::int64_t k = 0; k < 8; ++k) sums[k] += a[c + k] * b[c + k];
  }
  float sum = 0;
  for (; c < size; ++c) sum += a[c] * b[c];
  for (const float part : sums) sum += part;
  return sum;
}

/// From ∂/∂(P_i ⊙ P_j), B × n_i·n_j, back onto P_i (times `share`) and P_j.
void fold_back(const at::Tensor& pulled, const Block& i, const Block& j, float share, const at::Tensor& p,
               at::Tensor& gradient) {
  const std::int64_t rows = p.size(0), width = p.size(1);
  const float* pull = pulled.const_data_ptr<float>();
  const float* from = p.const_data_ptr<float>();
  float* to = gradient.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b, from += width, to += width) {
    const float* p_j = from + j.first;
    float* g_j = to + j.first;
    for (std::int64_t u = 0; u < i.size; ++u, pull += j.size) {
      const float x = from[i.first + u];
      for (std::int64_t v = 0; v < j.size; ++v) g_j[v] += pull[v] * x;
      to[i.first + u] += share * dot(pull, p_j, j.size);
    }
  }
}

}  // namespace

Block block_of(const schema::Domain& domain, std::uint32_t attribute) {
  return {domain.offset(attribute), domain.size(attribute)};
}

at::Tensor to_tensor(const std::vector<double>& values) {
  at::Tensor out = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::transform(values.begin(), values.end(), out.mutable_data_ptr<float>(),
                 [](double v) { return static_cast<float>(v); });
  return out;
}

at::Tensor columns(const at::Tensor& p, const Block& block) { return p.narrow(1, block.first, block.size); }

void row_kronecker(const at::Tensor& p, const Block& i, const Block& j, at::Tensor& out) {
  const std::int64_t rows = p.size(0), width = p.size(1);
  const float* from = p.const_data_ptr<float>();
  float* to = out.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b, from += width) {
    const float* right = from + j.first;
    for (std::int64_t u = 0; u < i.size; ++u, to += j.size) {
      const float x = from[i.first + u];
      for (std::int64_t v = 0; v < j.size; ++v) to[v] = x * right[v];
    }
  }
}

Triples::Triples(const schema::Domain& domain, std::int64_t components, const Targets& targets, double scale)
    : components_(components), scale_(scale) {
  const auto d = static_cast<double>(domain.dimensions());
  const auto triples =
      std::count_if(targets.begin(), targets.end(), [](const auto& t) { return t.first.degree() == 3; });
  const bool most = static_cast<double>(triples) > d * (d - 1.0) * (d - 2.0) / 12.0;
  most ? take_dense(domain, targets) : take_singles(domain, targets);
  std::int64_t largest = 0;
  for (const Single& s : singles_) largest = std::max(largest, s.i.size * s.j.size);
  for (const Dense& s : dense_) largest = std::max(largest, s.i.size * s.rest.size);
  product_ = at::empty({components_ * largest}, at::kFloat);
  pull_ = at::empty_like(product_);
}

void Triples::take_singles(const schema::Domain& domain, const Targets& targets) {
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() != 3) continue;
    const schema::Marginal& r = marginal;
    std::array<std::int64_t, 3> order{0, 1, 2};
    const auto size = [&](std::int64_t axis) { return std::int64_t{domain.size(r[axis])}; };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) { return size(x) < size(y); });
    Single s{block_of(domain, r[order[0]]), block_of(domain, r[order[1]]), block_of(domain, r[order[2]]), {}, 0, {}};
    s.counts = to_tensor(target.counts)
                   .view({size(0), size(1), size(2)})
                   .permute({order[0], order[1], order[2]})
                   .reshape({s.i.size * s.j.size, s.k.size})
                   .contiguous();
    s.weight = target.weight;
    s.residual = at::empty_like(s.counts);
    singles_.push_back(std::move(s));
  }
}

void Triples::take_dense(const schema::Domain& domain, const Targets& targets) {
  for (std::uint32_t i = 0; i + 2 < domain.dimensions(); ++i) {
    const std::int64_t from = domain.offset(i + 1), width = std::int64_t{domain.width()} - from;
    Dense s{block_of(domain, i), {from, width}, {}, at::zeros({width, width}, at::kFloat), {}, 0};
    at::Tensor counts = at::zeros({s.i.size, width, width}, at::kFloat);
    for (const auto& [marginal, target] : targets) {
      if (marginal.degree() != 3 || marginal[0] != i) continue;
      const Block j = block_of(domain, marginal[1]), k = block_of(domain, marginal[2]);
      const at::Tensor table = to_tensor(target.counts).view({s.i.size, j.size, k.size});
      counts.narrow(1, j.first - from, j.size).narrow(2, k.first - from, k.size).copy_(table);
      counts.narrow(1, k.first - from, k.size).narrow(2, j.first - from, j.size).copy_(table.transpose(1, 2));
      s.weights.narrow(0, j.first - from, j.size).narrow(1, k.first - from, k.size).fill_(target.weight);
      s.weights.narrow(0, k.first - from, k.size).narrow(1, j.first - from, j.size).fill_(target.weight);
      s.cells += target.counts.size();
    }
    if (s.cells == 0) continue;
    s.counts = counts.view({s.i.size * width, width});
    s.residual = at::empty_like(s.counts);
    dense_.push_back(std::move(s));
  }
}

at::Tensor Triples::scratch(const at::Tensor& of, std::int64_t width) const {
  return of.narrow(0, 0, components_ * width).view({components_, width});
}

void Triples::add_gradient(const at::Tensor& p, at::Tensor& gradient) {
  for (Single& single : singles_) add_single(single, p, gradient);
  for (Dense& dense : dense_) add_dense(dense, p, gradient);
}

// Q = P_i ⊙ P_j, R = w·(M̂ − y); ∂/∂P_k = Q R; ∂/∂Q = P_k Rᵀ, folded back onto P_i and P_j row by row.
void Triples::add_single(Single& s, const at::Tensor& p, at::Tensor& gradient) {
  at::Tensor product = scratch(product_, s.i.size * s.j.size), pulled = scratch(pull_, s.i.size * s.j.size);
  row_kronecker(p, s.i, s.j, product);
  const at::Tensor k = columns(p, s.k);
  at::addmm_out(s.residual, s.counts, product.t(), k, -s.weight, s.weight * scale_);
  columns(gradient, s.k).addmm_(product, s.residual);
  at::mm_out(pulled, k, s.residual.t());
  fold_back(pulled, s.i, s.j, 1.0F, p, gradient);
}

// With C the columns of the rest, Q = P_i ⊙ C and R_u the symmetric W × W residual of value u: each triple is in R_u
// twice, so C's gradient Σ_u P_iu ⊙ (C R_u) is whole, and that of P_iu half of ⟨C, C R_u⟩.
void Triples::add_dense(Dense& s, const at::Tensor& p, at::Tensor& gradient) {
  const std::int64_t width = s.rest.size;
  at::Tensor product = scratch(product_, s.i.size * width), pulled = scratch(pull_, s.i.size * width);
  row_kronecker(p, s.i, s.rest, product);
  const at::Tensor rest = columns(p, s.rest);
  at::addmm_out(s.residual, s.counts, product.t(), rest, -1, scale_);
  s.residual.view({s.i.size, width, width}).mul_(s.weights);
  at::mm_out(pulled, rest, s.residual.t());
  fold_back(pulled, s.i, s.rest, 0.5F, p, gradient);
}

ChiSquare Triples::chi2(const at::Tensor& p) const {
  ChiSquare out;
  for (const Single& s : singles_) {
    at::Tensor product = at::empty({components_, s.i.size * s.j.size}, at::kFloat);
    row_kronecker(p, s.i, s.j, product);
    const at::Tensor apart = product.t().mm(columns(p, s.k)).mul_(scale_).sub_(s.counts).square_();
    out.value += apart.sum(at::kDouble).item<double>() * s.weight;
    out.cells += static_cast<std::uint64_t>(apart.numel());
  }
  for (const Dense& s : dense_) {
    at::Tensor product = at::empty({components_, s.i.size * s.rest.size}, at::kFloat);
    row_kronecker(p, s.i, s.rest, product);
    at::Tensor apart = product.t().mm(columns(p, s.rest)).mul_(scale_).sub_(s.counts).square_();
    apart.view({s.i.size, s.rest.size, s.rest.size}).mul_(s.weights);
    out.value += 0.5 * apart.sum(at::kDouble).item<double>();
    out.cells += s.cells;
  }
  return out;
}

}  // namespace fedloom::train
