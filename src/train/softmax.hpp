#pragma once
// The element-wise half of a fit step: softmax by blocks, its gradient, the penalty and Adam, each in one pass.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "fedloom/schema/domain.hpp"

namespace fedloom::train {

/// Column blocks of a domain, as a loop wants them.
struct Segments {
  explicit Segments(const schema::Domain& domain);
  std::vector<std::int64_t> first;  ///< d + 1 entries; block i is [first[i], first[i + 1])
  std::int64_t width() const { return first.back(); }
};

/// p = softmax of each block of `logits`, log_p its logarithm, mean the average row of p. All float32, contiguous.
void softmax_blocks(const Segments& segments, const at::Tensor& logits, at::Tensor& p, at::Tensor& log_p,
                    std::vector<float>& mean);
/// P of a table of logits.
at::Tensor softmax_blocks(const Segments& segments, const at::Tensor& logits);

/// The part of the gradient in P that is one row for all components plus the penalty's own:
/// g = λ·log P + shared, for every row.
void start_gradient(float lambda, const at::Tensor& log_p, const std::vector<float>& shared, at::Tensor& gradient);

/// Turns ∂/∂P into ∂/∂L: G = P ⊙ (g − Σ_block P ⊙ g), in place.
void gradient_in_logits(const Segments& segments, const at::Tensor& p, at::Tensor& gradient);

/// Adam (Kingma & Ba 2015) with β = (.5, .95); logits are kept within ±30.
class Adam {
 public:
  explicit Adam(std::int64_t size);
  void step(const at::Tensor& gradient, double step_size, at::Tensor& logits);

 private:
  std::vector<float> first_, second_;
  std::int64_t steps_ = 0;
};

}  // namespace fedloom::train
