#include "train/kernels.hpp"

#include <ATen/ATen.h>

namespace fedloom::train {

Block block_of(const schema::Domain& domain, std::uint32_t attribute) {
  return {domain.offset(attribute), domain.size(attribute)};
}

at::Tensor columns(const at::Tensor& p, const Block& block) { return p.narrow(1, block.first, block.size); }

std::vector<std::uint32_t> attribute_of_columns(const schema::Domain& domain) {
  std::vector<std::uint32_t> attribute;
  for (std::uint32_t i = 0; i < domain.dimensions(); ++i) attribute.insert(attribute.end(), domain.size(i), i);
  return attribute;
}

std::unique_ptr<Kernels> kernels_for(const at::Device& device) {
  return device.is_cpu() ? host_kernels() : device_kernels(device);
}

Moments no_moments(const at::Tensor& values) { return {at::zeros_like(values), at::zeros_like(values), 0}; }

}  // namespace fedloom::train
