#include "train/softmax.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace fedloom::train {
namespace {

constexpr float kLargestLogit = 30.0F;
constexpr double kBeta1 = 0.5;
constexpr double kBeta2 = 0.95;

}  // namespace

Segments::Segments(const schema::Domain& domain) {
  for (std::size_t i = 0; i < domain.dimensions(); ++i) first.push_back(domain.offset(i));
  first.push_back(domain.width());
}

void softmax_blocks(const Segments& segments, const at::Tensor& logits, at::Tensor& p, at::Tensor& log_p,
                    std::vector<float>& mean) {
  at::exp_out(p, logits);
  const std::int64_t rows = logits.size(0), width = segments.width();
  const float* from = logits.const_data_ptr<float>();
  float* prob = p.mutable_data_ptr<float>();
  float* log_prob = log_p.mutable_data_ptr<float>();
  mean.assign(width, 0.0F);
  for (std::int64_t b = 0; b < rows; ++b, from += width, prob += width, log_prob += width) {
    for (std::size_t i = 0; i + 1 < segments.first.size(); ++i) {
      const std::int64_t begin = segments.first[i], end = segments.first[i + 1];
      float sum = 0;
      for (std::int64_t c = begin; c < end; ++c) sum += prob[c];
      const float scale = 1.0F / sum, shift = std::log(sum);
      for (std::int64_t c = begin; c < end; ++c) prob[c] *= scale;
      for (std::int64_t c = begin; c < end; ++c) log_prob[c] = from[c] - shift;
    }
    for (std::int64_t c = 0; c < width; ++c) mean[c] += prob[c];
  }
  for (float& m : mean) m /= static_cast<float>(rows);
}

at::Tensor softmax_blocks(const Segments& segments, const at::Tensor& logits) {
  at::Tensor p = at::empty_like(logits), log_p = at::empty_like(logits);
  std::vector<float> mean;
  softmax_blocks(segments, logits, p, log_p, mean);
  return p;
}

void start_gradient(float lambda, const at::Tensor& log_p, const std::vector<float>& shared, at::Tensor& gradient) {
  const std::int64_t rows = log_p.size(0), width = log_p.size(1);
  const float* from = log_p.const_data_ptr<float>();
  float* to = gradient.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b, from += width, to += width) {
    for (std::int64_t c = 0; c < width; ++c) to[c] = lambda * from[c] + shared[c];
  }
}

void gradient_in_logits(const Segments& segments, const at::Tensor& p, at::Tensor& gradient) {
  const std::int64_t rows = p.size(0), width = segments.width();
  const float* prob = p.const_data_ptr<float>();
  float* g = gradient.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b, prob += width, g += width) {
    for (std::int64_t c = 0; c < width; ++c) g[c] *= prob[c];
    for (std::size_t i = 0; i + 1 < segments.first.size(); ++i) {
      const std::int64_t begin = segments.first[i], end = segments.first[i + 1];
      float sum = 0;
      for (std::int64_t c = begin; c < end; ++c) sum += g[c];
      for (std::int64_t c = begin; c < end; ++c) g[c] -= prob[c] * sum;
    }
  }
}

Adam::Adam(std::int64_t size) : first_(size, 0.0F), second_(size, 0.0F) {}

void Adam::step(const at::Tensor& gradient, double step_size, at::Tensor& logits) {
  ++steps_;
  const auto t = static_cast<double>(steps_);
  // √(v/c₂) = √v/√c₂, so both corrections go into the step.
  const double root = std::sqrt(1.0 - std::pow(kBeta2, t));
  const auto rate = static_cast<float>(step_size * root / (1.0 - std::pow(kBeta1, t)));
  const auto floor = static_cast<float>(1e-12 * root);
  const auto b1 = static_cast<float>(kBeta1), b2 = static_cast<float>(kBeta2);
  const float* g = gradient.const_data_ptr<float>();
  float* x = logits.mutable_data_ptr<float>();
  float* m = first_.data();
  float* v = second_.data();
  const auto size = static_cast<std::int64_t>(first_.size());
  for (std::int64_t c = 0; c < size; ++c) {
    m[c] = b1 * m[c] + (1.0F - b1) * g[c];
    v[c] = b2 * v[c] + (1.0F - b2) * g[c] * g[c];
    const float moved = x[c] - rate * m[c] / (std::sqrt(v[c]) + floor);
    x[c] = std::min(kLargestLogit, std::max(-kLargestLogit, moved));
  }
}

}  // namespace fedloom::train
