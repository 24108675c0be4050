#include <ATen/ATen.h>

#include <algorithm>

#include "train/adam.hpp"
#include "train/kernels.hpp"

namespace fedloom::train {
namespace {

/// What loops over blocks or bins do on the processor is a product with the grouping's matrix here: few large kernels
/// in the place of one for each attribute.
class DeviceKernels final : public Kernels {
 public:
  explicit DeviceKernels(const at::Device& device) : device_(device) {}
  at::Device device() const override { return device_; }

  Grouping grouping(std::vector<std::uint32_t> group) const override {
    const std::int64_t groups = 1 + std::int64_t{*std::max_element(group.begin(), group.end())};
    const auto width = static_cast<std::int64_t>(group.size());
    at::Tensor matrix = at::zeros({width, groups}, at::kFloat);
    for (std::int64_t c = 0; c < width; ++c) matrix.mutable_data_ptr<float>()[c * groups + group[c]] = 1.0F;
    return {std::move(group), {}, matrix.to(device_)};
  }

  void softmax(const Grouping& blocks, const at::Tensor& logits, at::Tensor& p, at::Tensor& log_p,
               at::Tensor& sum) const override {
    at::exp_out(p, logits);
    const at::Tensor shift = at::mm(p, blocks.matrix).log_();
    at::addmm_out(log_p, logits, shift, blocks.matrix.t(), 1, -1);
    at::exp_out(p, log_p);
    at::sum_out(sum, p, 0);
  }

  void start_gradient(double lambda, const at::Tensor& log_p, const at::Tensor& shared,
                      at::Tensor& gradient) const override {
    at::add_out(gradient, shared, log_p, lambda);
  }

  void to_logits(const Grouping& blocks, const at::Tensor& p, at::Tensor& gradient) const override {
    gradient.mul_(p);
    gradient.addcmul_(p, at::mm(at::mm(gradient, blocks.matrix), blocks.matrix.t()), -1);
  }

  void row_kronecker(const at::Tensor& p, const BlockPair& blocks, at::Tensor& out) const override {
    const auto& [i, j] = blocks;
    at::Tensor cube = out.view({p.size(0), i.size, j.size});
    at::mul_out(cube, columns(p, i).unsqueeze(2), columns(p, j).unsqueeze(1));
  }

  void fold_back(const at::Tensor& pulled, const BlockPair& blocks, float share, const at::Tensor& p,
                 at::Tensor& gradient) const override {
    const auto& [i, j] = blocks;
    const at::Tensor cube = pulled.view({p.size(0), i.size, j.size});
    columns(gradient, j).add_(at::bmm(columns(p, i).unsqueeze(1), cube).squeeze(1));
    columns(gradient, i).add_(at::bmm(cube, columns(p, j).unsqueeze(2)).squeeze(2), share);
  }

  void sum_groups(const Grouping& bins, const at::Tensor& p, at::Tensor& out) const override {
    at::mm_out(out, p, bins.matrix);
  }

  void spread_groups(const Grouping& bins, const at::Tensor& of_groups, at::Tensor& gradient) const override {
    gradient.addmm_(of_groups, bins.matrix.t());
  }

  void adam(const at::Tensor& gradient, double step_size, Moments& moments, at::Tensor& values) const override {
    const AdamStep step(step_size, ++moments.steps);
    moments.first.mul_(AdamStep::beta1).add_(gradient, 1.0 - AdamStep::beta1);
    moments.second.mul_(AdamStep::beta2).addcmul_(gradient, gradient, 1.0 - AdamStep::beta2);
    values.addcdiv_(moments.first, moments.second.sqrt().add_(step.floor), -step.rate);
    values.clamp_(-kLargestLogit, kLargestLogit);
  }

 private:
  at::Device device_;
};

}  // namespace

std::unique_ptr<Kernels> device_kernels(const at::Device& device) { return std::make_unique<DeviceKernels>(device); }

}  // namespace fedloom::train
