#pragma once
// The weights behind a Generator. Only `model` and `train` (and their tests) include this: it brings LibTorch in.

#include <ATen/core/Tensor.h>

#include <vector>

#include "fedloom/model/generator.hpp"

namespace fedloom::model {

struct Generator::Tensors {
  schema::Domain domain;
  std::uint32_t components = 0;
  at::Tensor logits;  ///< components × domain.width(), float32, contiguous; P = softmax of each attribute's block
  std::vector<at::Tensor> network;  ///< weights that the logits came from, float32; none: they are free
};

}  // namespace fedloom::model
