#include "model/triple_residuals.hpp"

#include <cmath>

namespace fedloom::model {
namespace {

constexpr double kCellsAtMost = 8e6;
constexpr double kUpdatesAtMost = 6e8;

}  // namespace

float rounded(double value) { return static_cast<float>(std::nearbyint(value * 256.0) / 256.0); }

bool TripleResiduals::affordable(const schema::Domain& domain, std::size_t rows) {
  const auto d = static_cast<double>(domain.dimensions());
  // Elementary symmetric sums of the sizes: e₃ is the number of cells of all triples.
  double one = 0, two = 0, three = 0;
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    const double size = domain.size(i);
    three += two * size;
    two += one * size;
    one += size;
  }
  return d >= 3 && three <= kCellsAtMost && static_cast<double>(rows) * d * d * d / 2.0 <= kUpdatesAtMost;
}

std::size_t TripleResiduals::place(std::size_t i, std::size_t j, std::size_t k) const {
  const std::size_t d = mixture_.domain->dimensions();
  return (i * d + j) * d + k;
}

TripleResiduals::TripleResiduals(const Mixture& mixture) : mixture_(mixture) {
  const schema::Domain& domain = *mixture.domain;
  const std::size_t d = domain.dimensions(), width = domain.width();
  others_.resize(d - 1);
  first_.resize(d * d * d);
  std::vector<double> sum;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i + 1; j < d; ++j) {
      // All k > j at once: their columns lie side by side.
      if (j + 1 == d) continue;
      const std::size_t from = domain.offset(j + 1), columns = width - from;
      sum.assign(std::size_t{domain.size(i)} * domain.size(j) * columns, 0.0);
      for (std::size_t b = 0; b < mixture.components; ++b) {
        const float* p = mixture.probabilities.data() + b * width;
        double* to = sum.data();
        for (std::size_t u = 0; u < domain.size(i); ++u) {
          for (std::size_t v = 0; v < domain.size(j); ++v, to += columns) {
            const double pair = static_cast<double>(p[domain.offset(i) + u]) * p[domain.offset(j) + v];
            const double weight = mixture.weight(b) * pair;
            if (weight < 1e-9) continue;
            for (std::size_t c = 0; c < columns; ++c) to[c] += weight * p[from + c];
          }
        }
      }
      for (std::size_t k = j + 1; k < d; ++k) {
        first_[place(i, j, k)] = probability_.size();
        for (std::size_t uv = 0; uv < std::size_t{domain.size(i)} * domain.size(j); ++uv) {
          const double* row = sum.data() + uv * columns + domain.offset(k) - from;
          for (std::size_t w = 0; w < domain.size(k); ++w) {
            probability_.push_back(static_cast<float>(row[w] / mixture.components));
          }
        }
      }
    }
  }
}

template <class Use>
void TripleResiduals::for_each_pair(const std::uint32_t* x, const Use& use) const {
  const schema::Domain& domain = *mixture_.domain;
  std::size_t pair = 0;
  for (std::size_t a = 0; a < others_.size(); ++a) {
    for (std::size_t b = a + 1; b < others_.size(); ++b, ++pair) {
      const std::size_t j = others_[a], k = others_[b];
      use(base_[pair] + (std::size_t{x[j]} * domain.size(k) + x[k]) * size_);
    }
  }
}

void TripleResiduals::load(std::size_t attribute, std::span<const std::uint32_t> codes, std::size_t rows) {
  const schema::Domain& domain = *mixture_.domain;
  const std::size_t d = domain.dimensions();
  attribute_ = attribute;
  size_ = domain.size(attribute);
  others_.clear();
  for (std::size_t i = 0; i < d; ++i) {
    if (i != attribute) others_.push_back(i);
  }
  residual_.clear();
  base_.clear();
  for (std::size_t a = 0; a < others_.size(); ++a) {
    for (std::size_t b = a + 1; b < others_.size(); ++b) {
      const std::size_t j = others_[a], k = others_[b], n_j = domain.size(j), n_k = domain.size(k);
      base_.push_back(residual_.size());
      // The attribute's axis is moved to the end.
      const bool before = attribute<j, between = attribute> j && attribute < k;
      const std::size_t first = before    ? first_[place(attribute, j, k)]
                                : between ? first_[place(j, attribute, k)]
                                          : first_[place(j, k, attribute)];
      for (std::size_t u = 0; u < n_j; ++u) {
        for (std::size_t w = 0; w < n_k; ++w) {
          for (std::size_t v = 0; v < size_; ++v) {
            const std::size_t cell = before    ? (v * n_j + u) * n_k + w
                                     : between ? (u * size_ + v) * n_k + w
                                               : (u * n_k + w) * size_ + v;
            residual_.push_back(rounded(static_cast<double>(probability_[first + cell]) * static_cast<double>(rows)));
          }
        }
      }
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t* x = codes.data() + row * d;
    for_each_pair(x, [&](std::size_t cell) { residual_[cell + x[attribute_]] -= 1.0F; });
  }
}

void TripleResiduals::add(const std::uint32_t* x, std::span<float> g) const {
  for_each_pair(x, [&](std::size_t cell) {
    const float* r = residual_.data() + cell;
    for (std::size_t v = 0; v < g.size(); ++v) g[v] += r[v];
  });
}

void TripleResiduals::move(const std::uint32_t* x, std::uint32_t from, std::uint32_t to) {
  for_each_pair(x, [&](std::size_t cell) {
    residual_[cell + from] += 1.0F;
    residual_[cell + to] -= 1.0F;
  });
}

}  // namespace fedloom::model
