#pragma once
// A generator's numbers as LibTorch's tensors of float32 on the processor, and back. All of them are copies.

#include <ATen/core/Tensor.h>

#include <vector>

#include "fedloom/model/generator.hpp"

namespace fedloom::train {

/// Components × width.
at::Tensor logits_of(const model::Generator& generator);
void store_logits(const at::Tensor& logits, model::Generator& generator);

/// What the logits came from; none: they are free.
std::vector<at::Tensor> weights_of(const model::Generator& generator);
void store_weights(const std::vector<at::Tensor>& weights, model::Generator& generator);

}  // namespace fedloom::train
