#include "train/tensors.hpp"

#include <ATen/ATen.h>

#include <cstring>
#include <span>

namespace fedloom::train {
namespace {

std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  const float* first = plain.const_data_ptr<float>();
  return {first, first + plain.numel()};
}

at::Tensor tensor_of(std::span<const float> values, const std::vector<std::int64_t>& shape) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  if (!values.empty()) std::memcpy(tensor.mutable_data_ptr<float>(), values.data(), values.size_bytes());
  return tensor;
}

}  // namespace

at::Tensor logits_of(const model::Generator& generator) {
  return tensor_of(generator.logits(), {generator.components(), generator.domain().width()});
}

void store_logits(const at::Tensor& logits, model::Generator& generator) { generator.set_logits(values_of(logits)); }

std::vector<at::Tensor> weights_of(const model::Generator& generator) {
  std::vector<at::Tensor> out;
  for (const auto& [shape, values] : generator.network()) out.push_back(tensor_of(values, {shape.begin(), shape.end()}));
  return out;
}

void store_weights(const std::vector<at::Tensor>& weights, model::Generator& generator) {
  std::vector<model::Weights> out;
  for (const at::Tensor& weight : weights) {
    out.push_back({{weight.sizes().begin(), weight.sizes().end()}, values_of(weight)});
  }
  generator.set_network(std::move(out));
}

}  // namespace fedloom::train
