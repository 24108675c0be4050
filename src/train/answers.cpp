#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <map>

#include "fedloom/train/fit.hpp"
#include "train/kernels.hpp"
#include "train/tensors.hpp"

namespace fedloom::train {
namespace {

using schema::Marginal;

/// Copies `rows` × `size` values out of a row-major matrix, from column `first` on.
std::vector<float> cut(const at::Tensor& matrix, std::int64_t row, std::int64_t rows, std::int64_t first,
                       std::int64_t size) {
  std::vector<float> out(rows * size);
  const float* from = matrix.const_data_ptr<float>() + row * matrix.size(1) + first;
  for (std::int64_t r = 0; r < rows; ++r) std::copy_n(from + r * matrix.size(1), size, out.data() + r * size);
  return out;
}

class Answers {
 public:
  Answers(const model::Generator& generator, double rows)
      : domain_(generator.domain()),
        kernels_(host_kernels()),
        p_(probabilities(generator)),
        scale_(rows / generator.components()) {}

  std::vector<float> one_way(std::uint32_t i) const {
    const at::Tensor mean = p_.narrow(1, domain_.offset(i), domain_.size(i)).sum(0) * scale_;
    return {mean.const_data_ptr<float>(), mean.const_data_ptr<float>() + mean.numel()};
  }

  /// The pairs asked for, from one Gram matrix where there are many.
  void pairs(const std::vector<Marginal>& marginals, const std::vector<std::size_t>& which,
             std::vector<std::vector<float>>& out) const {
    double cells = 0;
    for (const std::size_t k : which) cells += static_cast<double>(marginals[k].cells(domain_));
    const double width = domain_.width();
    const bool together = cells > 0.1 * width * width;
    const at::Tensor gram = together ? p_.t().mm(p_).mul_(scale_) : at::Tensor();
    for (const std::size_t k : which) {
      const std::int64_t a = domain_.offset(marginals[k][0]), rows = domain_.size(marginals[k][0]);
      const std::int64_t b = domain_.offset(marginals[k][1]), size = domain_.size(marginals[k][1]);
      out[k] = together ? cut(gram, a, rows, b, size)
                        : cut(p_.narrow(1, a, rows).t().mm(p_.narrow(1, b, size)).mul_(scale_), 0, rows, 0, size);
    }
  }

  /// Triples that share their first two attributes: (P_i ⊙ P_j)ᵀ times the columns of all third attributes at once.
  void triples(const std::vector<Marginal>& marginals, const std::vector<std::size_t>& which,
               std::vector<std::vector<float>>& out) const {
    const std::uint32_t i = marginals[which[0]][0], j = marginals[which[0]][1];
    const std::int64_t cells = std::int64_t{domain_.size(i)} * domain_.size(j);
    at::Tensor product = at::empty({p_.size(0), cells}, at::kFloat);
    kernels_->row_kronecker(p_, {block_of(domain_, i), block_of(domain_, j)}, product);
    std::vector<at::Tensor> thirds;
    for (const std::size_t k : which) {
      thirds.push_back(p_.narrow(1, domain_.offset(marginals[k][2]), domain_.size(marginals[k][2])));
    }
    const at::Tensor all = product.t().mm(thirds.size() == 1 ? thirds[0] : at::cat(thirds, 1)).mul_(scale_);
    std::int64_t first = 0;
    for (const std::size_t k : which) {
      const std::int64_t size = domain_.size(marginals[k][2]);
      out[k] = cut(all, 0, cells, first, size);
      first += size;
    }
  }

 private:
  at::Tensor probabilities(const model::Generator& generator) const {
    const at::Tensor logits = logits_of(generator);
    at::Tensor p = at::empty_like(logits), log_p = at::empty_like(logits), sum = at::empty({logits.size(1)});
    kernels_->softmax(kernels_->grouping(attribute_of_columns(domain_)), logits, p, log_p, sum);
    return p;
  }

  const schema::Domain& domain_;
  std::unique_ptr<Kernels> kernels_;
  at::Tensor p_;
  double scale_;
};

}  // namespace

std::vector<std::vector<float>> answers(const model::Generator& generator, const std::vector<Marginal>& marginals,
                                        double rows) {
  const c10::NoGradGuard no_gradients;
  const Answers answer(generator, rows);
  std::vector<std::vector<float>> out(marginals.size());
  std::vector<std::size_t> pairs;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::size_t>> triples;
  for (std::size_t k = 0; k < marginals.size(); ++k) {
    const Marginal& r = marginals[k];
    if (r.degree() == 0) out[k] = {static_cast<float>(rows)};
    if (r.degree() == 1) out[k] = answer.one_way(r[0]);
    if (r.degree() == 2) pairs.push_back(k);
    if (r.degree() == 3) triples[{r[0], r[1]}].push_back(k);
  }
  if (!pairs.empty()) answer.pairs(marginals, pairs, out);
  for (const auto& [first_two, which] : triples) answer.triples(marginals, which, out);
  return out;
}

std::vector<std::vector<double>> sketch_answers(const model::Generator& generator,
                                                const std::vector<schema::Query>& sketches, double rows) {
  std::vector<Marginal> marginals;
  for (const schema::Query& query : sketches) marginals.push_back(query.marginal);
  const std::vector<std::vector<float>> cells = answers(generator, marginals, rows);
  std::vector<std::vector<double>> out(sketches.size());
  for (std::size_t k = 0; k < sketches.size(); ++k) {
    double total = 0;
    for (const float x : cells[k]) total += x;
    for (std::uint32_t row = 0; row < sketches[k].sketch_rows; ++row) {
      const std::vector<std::uint64_t> signs = schema::sketch_signs(sketches[k], row, cells[k].size());
      double plus = 0;  // Σ ±x = 2·Σ_{+} x − Σ x
      for (std::size_t c = 0; c < cells[k].size(); ++c) {
        plus += (signs[c / 64] >> (c % 64) & 1U) != 0 ? static_cast<double>(cells[k][c]) : 0.0;
      }
      out[k].push_back(2.0 * plus - total);
    }
  }
  return out;
}

}  // namespace fedloom::train
