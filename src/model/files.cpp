// From the numbers of a model file to LibTorch's tensors and back.

#include <ATen/ATen.h>

#include <cstring>

#include "fedloom/base/file.hpp"
#include "fedloom/model/model_file.hpp"
#include "fedloom/model/tensors.hpp"

namespace fedloom::model {
namespace {

std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  const float* first = plain.const_data_ptr<float>();
  return {first, first + plain.numel()};
}

at::Tensor tensor_of(const std::vector<float>& values, const std::vector<std::uint64_t>& shape) {
  at::Tensor tensor = at::empty(std::vector<std::int64_t>(shape.begin(), shape.end()), at::kFloat);
  if (!values.empty()) std::memcpy(tensor.mutable_data_ptr<float>(), values.data(), values.size() * sizeof(float));
  return tensor;
}

}  // namespace

void Generator::save(const std::filesystem::path& folder, const ModelCard& card) const {
  ModelData model{tensors_->domain, tensors_->components, values_of(tensors_->logits), {}, expansion_, card};
  for (const at::Tensor& weight : tensors_->network) {
    model.network.push_back({{weight.sizes().begin(), weight.sizes().end()}, values_of(weight)});
  }
  std::filesystem::create_directories(folder);
  write_atomically(folder / kModelFile, encode_model(model));
}

Generator Generator::load(const std::filesystem::path& path) { return load_model(path).generator; }

LoadedModel load_model(const std::filesystem::path& path) {
  ModelData model = read_model(path);
  Generator generator(model.domain, model.components);
  generator.tensors().logits = tensor_of(model.logits, {model.components, model.domain.width()});
  for (const auto& [shape, values] : model.network) generator.tensors().network.push_back(tensor_of(values, shape));
  generator.expand(std::move(model.expansion));
  return {std::move(generator), std::move(model.card)};
}

}  // namespace fedloom::model
