#include "model/refine.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fedloom::model {
namespace {

constexpr int kSweeps = 3;
constexpr double kVisited = 0.4;  // share of the rows visited per attribute and sweep
constexpr float kLeastProbability = 0.0005F;

/// Pᵀ P / B in double.
std::vector<float> pair_probabilities(const Mixture& mixture) {
  const std::size_t width = mixture.domain->width();
  std::vector<double> sum(width * width, 0.0);
  for (std::size_t b = 0; b < mixture.components; ++b) {
    const float* p = mixture.probabilities.data() + b * width;
    for (std::size_t i = 0; i < width; ++i) {
      const double weight = mixture.weight(b) * p[i];
      double* row = sum.data() + i * width;
      for (std::size_t j = i; j < width; ++j) row[j] += weight * p[j];
    }
  }
  std::vector<float> out(width * width);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = i; j < width; ++j) {
      out[i * width + j] = out[j * width + i] = static_cast<float>(sum[i * width + j] / mixture.components);
    }
  }
  // Inside one attribute's block only the diagonal has a meaning: the 1-way.
  for (std::size_t a = 0; a < mixture.domain->dimensions(); ++a) {
    const std::size_t first = mixture.domain->offset(a);
    for (std::size_t v = first; v < first + mixture.domain->size(a); ++v) {
      double mean = 0;
      for (std::size_t b = 0; b < mixture.components; ++b)
        mean += mixture.weight(b) * mixture.probabilities[b * width + v];
      for (std::size_t u = first; u < first + mixture.domain->size(a); ++u) out[v * width + u] = 0;
      out[v * width + v] = static_cast<float>(mean / mixture.components);
    }
  }
  return out;
}

}  // namespace

struct Refiner::Sample {
  std::span<std::uint32_t> codes;
  std::span<const std::uint32_t> component;
  std::vector<std::uint32_t>* order;
};

Refiner::Refiner(const Mixture& mixture, std::uint64_t rows) : mixture_(mixture), pair_(pair_probabilities(mixture)) {
  if (TripleResiduals::affordable(*mixture.domain, rows)) triples_ = std::make_unique<TripleResiduals>(mixture_);
}

void Refiner::refine(std::span<std::uint32_t> codes, std::span<const std::uint32_t> component, PublicStream& stream) {
  std::vector<std::uint32_t> order(component.size());
  std::iota(order.begin(), order.end(), 0U);
  const Sample sample{codes, component, &order};
  std::vector<std::size_t> attributes(mixture_.domain->dimensions());
  std::iota(attributes.begin(), attributes.end(), std::size_t{0});
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (std::size_t k = attributes.size(); k > 1; --k) std::swap(attributes[k - 1], attributes[stream.below(k)]);
    for (const std::size_t attribute : attributes) visit(attribute, sample, stream);
  }
}

void Refiner::load_residual(std::size_t attribute, const Sample& sample) {
  const schema::Domain& domain = *mixture_.domain;
  const std::size_t width = domain.width(), size = domain.size(attribute), first = domain.offset(attribute);
  const std::size_t d = domain.dimensions(), rows = sample.component.size();
  residual_.resize(width * size);
  for (std::size_t u = 0; u < width; ++u) {
    for (std::size_t v = 0; v < size; ++v) {
      residual_[u * size + v] = rounded(static_cast<double>(pair_[u * width + first + v]) * static_cast<double>(rows));
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t* x = sample.codes.data() + row * d;
    for (std::size_t j = 0; j < d; ++j) residual_[(domain.offset(j) + x[j]) * size + x[attribute]] -= 1.0F;
  }
}

// Moving a cell from `from` to `to` lowers Σ residual² over the pairs with this attribute (and its 1-way) by
// 2·(g[to] − g[from] − d), g[v] = Σ_j residual[x_j][v] + residual of the 1-way at v; the triples with it, where they
// are followed as well, add their residuals and their number. Residuals follow each move at once, so the error never
// rises.
void Refiner::visit(std::size_t attribute, const Sample& sample, PublicStream& stream) {
  load_residual(attribute, sample);
  if (triples_) triples_->load(attribute, sample.codes, sample.component.size());
  const schema::Domain& domain = *mixture_.domain;
  const std::size_t d = domain.dimensions(), size = domain.size(attribute), first = domain.offset(attribute);
  std::vector<std::uint32_t>& order = *sample.order;
  const auto visits = static_cast<std::size_t>(std::ceil(kVisited * static_cast<double>(order.size())));
  std::vector<float> g(size);
  const auto tables = static_cast<float>(d + (triples_ ? triples_->count() : 0));
  for (std::size_t k = 0; k < visits; ++k) {
    std::swap(order[k], order[k + stream.below(order.size() - k)]);
    const std::size_t row = order[k];
    std::uint32_t* x = sample.codes.data() + row * d;
    for (std::size_t v = 0; v < size; ++v) g[v] = residual_[(first + v) * size + v];
    for (std::size_t j = 0; j < d; ++j) {
      if (j == attribute) continue;
      const float* r = residual_.data() + (domain.offset(j) + x[j]) * size;
      for (std::size_t v = 0; v < size; ++v) g[v] += r[v];
    }
    if (triples_) triples_->add(x, g);
    const std::uint32_t from = x[attribute];
    const float* p = mixture_.probabilities.data() + sample.component[row] * domain.width() + first;
    std::uint32_t to = from;
    float best = g[from] + tables;
    for (std::uint32_t v = 0; v < size; ++v) {
      if (v != from && g[v] > best && p[v] >= kLeastProbability) best = g[to = v];
    }
    if (to == from) continue;
    for (std::size_t j = 0; j < d; ++j) {
      if (j == attribute) continue;
      float* r = residual_.data() + (domain.offset(j) + x[j]) * size;
      r[from] += 1.0F;
      r[to] -= 1.0F;
    }
    if (triples_) triples_->move(x, from, to);
    residual_[(first + from) * size + from] += 1.0F;
    residual_[(first + to) * size + to] -= 1.0F;
    x[attribute] = to;
  }
}

}  // namespace fedloom::model
