#pragma once
// Small domains and measurements for the tests of `train`, and LibTorch's own gradient to compare with.

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/train/fit.hpp"

namespace fedloom::train::test {

inline schema::Domain small_domain() { return schema::Domain({{"a", 3}, {"b", 4}, {"c", 2}, {"d", 5}}); }

/// A measurement with any values: the gradient does not ask where they come from.
inline boundary::Measurement any_measurement(const schema::Domain& domain, const schema::Marginal& marginal,
                                             double sigma) {
  PublicStream stream(marginal.cells(domain) + 31 * marginal.degree(), "test counts");
  boundary::Measurement m;
  m.query.marginal = marginal;
  m.sigma = sigma;
  m.grid_bits = 1;
  for (std::uint64_t k = 0; k < marginal.cells(domain); ++k) {
    m.grid_values.push_back(static_cast<std::int64_t>(stream.below(60)) - 5);
  }
  return m;
}

inline at::Tensor any_logits(std::int64_t rows, std::int64_t width) {
  PublicStream stream(5, "test logits");
  at::Tensor out = at::empty({rows, width}, at::kFloat);
  for (std::int64_t k = 0; k < out.numel(); ++k)
    out.data_ptr<float>()[k] = static_cast<float>(2 * stream.uniform() - 1);
  return out;
}

/// Over codes and over bins.
inline std::vector<boundary::Measurement> pairs_and_triples(const schema::Domain& domain) {
  std::vector<boundary::Measurement> out;
  for (const schema::Marginal& r : {schema::Marginal{0}, {1}, {2}, {3}, {0, 1}, {1, 3}, {0, 2, 3}}) {
    out.push_back(any_measurement(domain, r, 2.0));
  }
  const schema::Coarsening bins({{1, {0, 1, 1, 0}}, {3, {2, 0, 0, 1, 2}}});
  out.push_back(any_measurement(bins.over(domain), {1, 3}, 2.0));
  out.back().coarsening = bins;
  return out;
}

/// Answer by its definition: the mean over components of outer products.
inline at::Tensor answer(const schema::Domain& domain, const std::vector<at::Tensor>& p, const schema::Marginal& r) {
  at::Tensor product = at::ones({p[0].size(0), 1}, p[0].options());
  for (const std::uint32_t i : r) {
    product = (product.unsqueeze(2) * p[i].unsqueeze(1)).reshape({p[0].size(0), -1});
  }
  static_cast<void>(domain);
  return product.mean(0);
}

inline std::vector<at::Tensor> softmax(const schema::Domain& domain, const at::Tensor& logits) {
  std::vector<at::Tensor> p;
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    p.push_back(logits.narrow(1, domain.offset(i), domain.size(i)).softmax(1));
  }
  return p;
}

/// Columns of one attribute summed into bins.
inline at::Tensor sum_bins(const at::Tensor& p, const std::vector<std::uint32_t>& bin_of, std::uint32_t bins) {
  at::Tensor map = at::zeros({p.size(1), bins}, p.options());
  for (std::size_t c = 0; c < bin_of.size(); ++c) map[static_cast<std::int64_t>(c)][bin_of[c]] = 1.0;
  return p.mm(map);
}

/// ½χ²·(B/N̂) + λ·Σ_b KL(P_b ‖ P̄), written down as it reads.
inline at::Tensor loss(const schema::Domain& domain, const at::Tensor& logits,
                       const std::vector<boundary::Measurement>& measurements, double lambda) {
  const double rows = estimate_rows(measurements);
  const auto components = static_cast<double>(logits.size(0));
  const std::vector<at::Tensor> p = softmax(domain, logits);
  at::Tensor sum = at::zeros({}, logits.options());
  for (const boundary::Measurement& m : measurements) {
    std::vector<double> y;
    for (std::size_t k = 0; k < m.grid_values.size(); ++k) y.push_back(m.value(k));
    std::vector<at::Tensor> seen = p;
    for (const auto& axis : m.coarsening.axes()) {
      seen[axis.attribute] = sum_bins(p[axis.attribute], axis.bin_of, axis.bins());
    }
    const at::Tensor residual = answer(domain, seen, m.query.marginal) * rows - at::tensor(y, at::kDouble);
    sum = sum + residual.square().sum() * (0.5 / (m.sigma * m.sigma) * components / rows);
  }
  for (const at::Tensor& block : p) sum = sum + lambda * (block * (block.log() - block.mean(0, true).log())).sum();
  return sum;
}

inline at::Tensor autograd(const schema::Domain& domain, const at::Tensor& logits,
                           const std::vector<boundary::Measurement>& measurements, double lambda) {
  at::Tensor x = logits.to(at::kDouble).detach().requires_grad_(true);
  loss(domain, x, measurements, lambda).backward();
  return x.grad();
}

}  // namespace fedloom::train::test
