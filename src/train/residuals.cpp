#include "train/residuals.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace fedloom::train {

at::Tensor Residuals::take(at::IntArrayRef shape) {
  taken_.push_back(at::empty(shape, at::TensorOptions(device_).dtype(at::kFloat)));
  return taken_.back();
}

void Residuals::add_up(RankSum& ranks) {
  if (ranks.alone() || taken_.empty()) return;
  std::vector<at::Tensor> flat;
  for (const at::Tensor& part : taken_) flat.push_back(part.view({-1}));
  if (side_by_side_.defined()) {
    at::cat_out(side_by_side_, flat);
  } else {
    side_by_side_ = at::cat(flat);
  }
  ranks.sum(side_by_side_);
  std::int64_t first = 0;
  for (at::Tensor& part : flat) {
    part.copy_(side_by_side_.narrow(0, first, part.numel()));
    first += part.numel();
  }
}

double chi_square(const at::Tensor& residual, double weight) {
  return residual.square().sum(at::kDouble).item<double>() / weight;
}

double chi_square(const at::Tensor& residual, const at::Tensor& weights) {
  const at::Tensor inverse = weights.reciprocal().masked_fill_(weights == 0, 0.0);
  return residual.square().mul_(inverse).sum(at::kDouble).item<double>();
}

at::Tensor to_tensor(const std::vector<double>& values, const at::Device& device) {
  at::Tensor out = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::transform(values.begin(), values.end(), out.mutable_data_ptr<float>(),
                 [](double v) { return static_cast<float>(v); });
  return out.to(device);
}

}  // namespace fedloom::train
