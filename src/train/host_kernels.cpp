#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "train/adam.hpp"
#include "train/kernels.hpp"

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

class HostKernels final : public Kernels {
 public:
  at::Device device() const override { return at::kCPU; }

  Grouping grouping(std::vector<std::uint32_t> group) const override {
    Grouping out{std::move(group), {}, {}};
    const auto width = static_cast<std::int64_t>(out.group.size());
    for (std::int64_t c = 0; c < width; ++c) {
      if (c == 0 || out.group[c] != out.group[c - 1]) out.first.push_back(c);
    }
    out.first.push_back(width);
    return out;
  }

  void softmax(const Grouping& blocks, const at::Tensor& logits, at::Tensor& p, at::Tensor& log_p,
               at::Tensor& sum) const override {
    at::exp_out(p, logits);
    sum.zero_();
    const std::int64_t rows = logits.size(0), width = logits.size(1);
    const float* from = logits.const_data_ptr<float>();
    float* prob = p.mutable_data_ptr<float>();
    float* log_prob = log_p.mutable_data_ptr<float>();
    float* column_sum = sum.mutable_data_ptr<float>();
    for (std::int64_t b = 0; b < rows; ++b, from += width, prob += width, log_prob += width) {
      for (std::size_t i = 0; i + 1 < blocks.first.size(); ++i) {
        const std::int64_t begin = blocks.first[i], end = blocks.first[i + 1];
        float total = 0;
        for (std::int64_t c = begin; c < end; ++c) total += prob[c];
        const float scale = 1.0F / total, shift = std::log(total);
        for (std::int64_t c = begin; c < end; ++c) prob[c] *= scale;
        for (std::int64_t c = begin; c < end; ++c) log_prob[c] = from[c] - shift;
      }
      for (std::int64_t c = 0; c < width; ++c) column_sum[c] += prob[c];
    }
  }

  void start_gradient(double lambda, const at::Tensor& log_p, const at::Tensor& shared,
                      at::Tensor& gradient) const override {
    const std::int64_t rows = log_p.size(0), width = log_p.size(1);
    const auto weight = static_cast<float>(lambda);
    const float* from = log_p.const_data_ptr<float>();
    const float* same = shared.const_data_ptr<float>();
    float* to = gradient.mutable_data_ptr<float>();
    for (std::int64_t b = 0; b < rows; ++b, from += width, to += width) {
      for (std::int64_t c = 0; c < width; ++c) to[c] = weight * from[c] + same[c];
    }
  }

  void to_logits(const Grouping& blocks, const at::Tensor& p, at::Tensor& gradient) const override {
    const std::int64_t rows = p.size(0), width = p.size(1);
    const float* prob = p.const_data_ptr<float>();
    float* g = gradient.mutable_data_ptr<float>();
    for (std::int64_t b = 0; b < rows; ++b, prob += width, g += width) {
      for (std::int64_t c = 0; c < width; ++c) g[c] *= prob[c];
      for (std::size_t i = 0; i + 1 < blocks.first.size(); ++i) {
        const std::int64_t begin = blocks.first[i], end = blocks.first[i + 1];
        float total = 0;
        for (std::int64_t c = begin; c < end; ++c) total += g[c];
        for (std::int64_t c = begin; c < end; ++c) g[c] -= prob[c] * total;
      }
    }
  }

  void row_kronecker(const at::Tensor& p, const BlockPair& blocks, at::Tensor& out) const override {
    const auto& [i, j] = blocks;
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

  void fold_back(const at::Tensor& pulled, const BlockPair& blocks, float share, const at::Tensor& p,
                 at::Tensor& gradient) const override {
    const auto& [i, j] = blocks;
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

  void sum_groups(const Grouping& bins, const at::Tensor& p, at::Tensor& out) const override {
    out.zero_();
    const std::int64_t rows = p.size(0), width = p.size(1), groups = out.size(1);
    const float* from = p.const_data_ptr<float>();
    float* to = out.mutable_data_ptr<float>();
    for (std::int64_t b = 0; b < rows; ++b, from += width, to += groups) {
      for (std::int64_t c = 0; c < width; ++c) to[bins.group[c]] += from[c];
    }
  }

  void spread_groups(const Grouping& bins, const at::Tensor& of_groups, at::Tensor& gradient) const override {
    const std::int64_t rows = gradient.size(0), width = gradient.size(1), groups = of_groups.size(1);
    const float* from = of_groups.const_data_ptr<float>();
    float* to = gradient.mutable_data_ptr<float>();
    for (std::int64_t b = 0; b < rows; ++b, from += groups, to += width) {
      for (std::int64_t c = 0; c < width; ++c) to[c] += from[bins.group[c]];
    }
  }

  void adam(const at::Tensor& gradient, double step_size, Moments& moments, at::Tensor& values) const override {
    const AdamStep step(step_size, ++moments.steps);
    const auto rate = static_cast<float>(step.rate), floor = static_cast<float>(step.floor);
    constexpr auto b1 = static_cast<float>(AdamStep::beta1), b2 = static_cast<float>(AdamStep::beta2);
    constexpr auto largest = static_cast<float>(kLargestLogit);
    const float* g = gradient.const_data_ptr<float>();
    float* x = values.mutable_data_ptr<float>();
    float* m = moments.first.mutable_data_ptr<float>();
    float* v = moments.second.mutable_data_ptr<float>();
    const std::int64_t size = values.numel();
    for (std::int64_t c = 0; c < size; ++c) {
      m[c] = b1 * m[c] + (1.0F - b1) * g[c];
      v[c] = b2 * v[c] + (1.0F - b2) * g[c] * g[c];
      const float moved = x[c] - rate * m[c] / (std::sqrt(v[c]) + floor);
      x[c] = std::min(largest, std::max(-largest, moved));
    }
  }
};

}  // namespace

std::unique_ptr<Kernels> host_kernels() { return std::make_unique<HostKernels>(); }

}  // namespace fedloom::train
