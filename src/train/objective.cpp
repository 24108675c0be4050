#include "train/objective.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <map>

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
  }
  add_triples(domain, targets);
  choose_path(domain.width());
}

Objective::Block Objective::block(const schema::Domain& domain, std::uint32_t attribute) const {
  return {domain.offset(attribute), domain.size(attribute)};
}

void Objective::add_pair(const schema::Domain& domain, const schema::Marginal& marginal, const Target& target) {
  const Block a = block(domain, marginal[0]), b = block(domain, marginal[1]);
  pairs_.push_back({a, b, to_tensor(target.counts).view({a.size, b.size}), target.weight, {}});
}

// Few triples are put smallest attribute first, which makes P_i ⊙ P_j small. Where there are many, they are grouped in
// the domain's order, so that one product serves all triples of a pair.
void Objective::add_triples(const schema::Domain& domain, const Targets& targets) {
  const auto d = static_cast<double>(domain.dimensions());
  const auto many = std::count_if(targets.begin(), targets.end(), [](const auto& t) { return t.first.degree() == 3; });
  const bool by_size = static_cast<double>(many) < d * d;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::pair<std::uint32_t, at::Tensor>>> groups;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<double>> weights;
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() != 3) continue;
    std::array<std::int64_t, 3> order{0, 1, 2};
    const auto size = [&](std::int64_t axis) { return std::int64_t{domain.size(marginal[axis])}; };
    if (by_size) {
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) { return size(x) < size(y); });
    }
    at::Tensor counts = to_tensor(target.counts)
                            .view({size(0), size(1), size(2)})
                            .permute({order[0], order[1], order[2]})
                            .reshape({size(order[0]) * size(order[1]), size(order[2])});
    const std::pair first{marginal[order[0]], marginal[order[1]]};
    groups[first].emplace_back(marginal[order[2]], std::move(counts));
    weights[first].push_back(target.weight);
  }
  std::int64_t cells = 0, columns = 0;
  for (auto& [first, members] : groups) {
    Triples t{block(domain, first.first), block(domain, first.second), {}, true, {}, {}, {}};
    std::vector<at::Tensor> counts, weight;
    for (std::size_t k = 0; k < members.size(); ++k) {
      const Block third = block(domain, members[k].first);
      if (!t.thirds.empty()) t.side_by_side &= t.thirds.back().first + t.thirds.back().size == third.first;
      t.thirds.push_back(third);
      counts.push_back(members[k].second);
      weight.push_back(at::full({1, third.size}, weights[first][k], at::kFloat));
    }
    t.counts = at::cat(counts, 1).contiguous();
    t.weights = at::cat(weight, 1);
    t.residual = at::empty_like(t.counts);
    cells = std::max(cells, t.i.size * t.j.size);
    columns = std::max(columns, t.counts.size(1));
    triples_.push_back(std::move(t));
  }
  product_ = at::empty({components_ * cells}, at::kFloat);
  pull_ = at::empty_like(product_);
  thirds_ = at::empty({components_ * columns}, at::kFloat);
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
  for (Triples& triples : triples_) add_triples_gradient(triples, p, gradient);
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

at::Tensor Objective::thirds_of(const Triples& t, const at::Tensor& p) const {
  const std::int64_t width = t.counts.size(1);
  if (t.side_by_side) return columns(p, t.thirds.front().first, width);
  at::Tensor out = thirds_.narrow(0, 0, components_ * width).view({components_, width});
  std::int64_t at = 0;
  for (const Block& third : t.thirds) {
    columns(out, at, third.size).copy_(columns(p, third.first, third.size));
    at += third.size;
  }
  return out;
}

// Q = P_i ⊙ P_j, R = w·(M̂ − y); ∂/∂P_k = Q R; ∂/∂Q = P_k Rᵀ, folded back onto P_i and P_j row by row.
void Objective::add_triples_gradient(Triples& t, const at::Tensor& p, at::Tensor& gradient) {
  const std::int64_t cells = t.i.size * t.j.size;
  at::Tensor product = product_.narrow(0, 0, components_ * cells).view({components_, cells});
  at::Tensor pulled = pull_.narrow(0, 0, components_ * cells).view({components_, cells});
  row_kronecker(p, t.i.first, t.i.size, t.j.first, t.j.size, product);
  const at::Tensor k = thirds_of(t, p);
  at::addmm_out(t.residual, t.counts, product.t(), k, -1, scale_);
  t.residual.mul_(t.weights);
  at::mm_out(pulled, k, t.residual.t());
  if (t.side_by_side) {
    columns(gradient, t.thirds.front().first, t.counts.size(1)).addmm_(product, t.residual);
  } else {
    std::int64_t at = 0;
    for (const Block& third : t.thirds) {
      columns(gradient, third.first, third.size).addmm_(product, columns(t.residual, at, third.size));
      at += third.size;
    }
  }
  const std::int64_t width = p.size(1);
  const float* pull = pulled.const_data_ptr<float>();
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
  for (const Triples& t : triples_) {
    at::Tensor product = at::empty({components_, t.i.size * t.j.size}, at::kFloat);
    row_kronecker(p, t.i.first, t.i.size, t.j.first, t.j.size, product);
    const at::Tensor apart = product.t().mm(thirds_of(t, p)).mul_(scale_).sub_(t.counts).square_().mul_(t.weights);
    out.value += apart.sum(at::kDouble).item<double>();
    out.cells += static_cast<std::uint64_t>(apart.numel());
  }
  return out;
}

}  // namespace fedloom::train
