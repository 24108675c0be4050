#include "train/network.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/train/fit.hpp"
#include "train/fit_problem.hpp"
#include "train/normals.hpp"
#include "train/tensors.hpp"

namespace fedloom::train {
namespace {

/// The ranks' rows of a table of `numbers`, one after the other.
std::vector<float> side_by_side(const std::vector<Bytes>& parts, std::size_t numbers) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::vector<float> out(numbers);
  if (all.size() != numbers * sizeof(float)) {
    throw EnvironmentError("the coordinator's parts", "sent back a table of another size",
                           "start all parts from one build of fedloom-coordinator");
  }
  std::memcpy(out.data(), all.data(), all.size());
  return out;
}

class Table final : public Network {
 public:
  Table(const model::Generator& generator, const Kernels& kernels, const RankSum& ranks) : kernels_(&kernels) {
    const RankShare mine(generator.components(), ranks);
    logits_ = logits_of(generator).narrow(0, mine.first, mine.number).contiguous().to(kernels.device());
    moments_ = no_moments(logits_);
  }

  const at::Tensor& logits() override { return logits_; }

  void step(const at::Tensor& gradient, double step_size) override {
    kernels_->adam(gradient, step_size, moments_, logits_);
  }

  void store(model::Generator& generator, RankGroup* group) override {
    const at::Tensor mine = logits_.cpu();
    if (group == nullptr) return store_logits(mine, generator);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(mine.const_data_ptr<float>());
    const std::vector<Bytes> parts = group->gather(Bytes(bytes, bytes + mine.numel() * sizeof(float)));
    if (group->rank() == 0) generator.set_logits(side_by_side(parts, generator.logits().size()));
  }

 private:
  const Kernels* kernels_;
  at::Tensor logits_;
  Moments moments_;
};

// Places in the list of weights.
enum : std::size_t { latent, weight1, bias1, weight2, bias2, weight_out, bias_out, weights_of_mlp };
constexpr std::int64_t kLatent = 64;
constexpr std::int64_t kHidden = 256;
/// Of a step that suits a free table.
constexpr double kStepPart = 0.02;

at::Tensor hidden(const at::Tensor& h, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor sum = at::linear(h, weight, bias);
  return at::cat({at::relu(at::layer_norm(sum, {sum.size(1)})), h}, 1);
}

class Mlp final : public Network {
 public:
  Mlp(const model::Generator& generator, const Kernels& kernels, RankSum& ranks) : kernels_(&kernels), ranks_(&ranks) {
    const RankShare mine(generator.components(), ranks);
    for (const at::Tensor& weight : weights_of(generator)) weights_.push_back(weight.to(kernels.device()));
    whole_latent_ = weights_[latent];
    weights_[latent] = whole_latent_.narrow(0, mine.first, mine.number);
    for (std::size_t k = weight1; k < weights_of_mlp; ++k) {
      weights_[k].set_requires_grad(true);
      moments_.push_back(no_moments(weights_[k].detach()));
    }
  }

  const at::Tensor& logits() override {
    const c10::AutoGradMode gradients(true);
    graph_ = mlp_logits(weights_);
    values_ = graph_.detach();
    return values_;
  }

  // The weights are the same at all ranks, and so must their gradients be.
  void step(const at::Tensor& gradient, double step_size) override {
    graph_.backward(gradient);
    for (std::size_t k = weight1; k < weights_of_mlp; ++k) {
      at::Tensor of_weight = weights_[k].grad().contiguous();
      ranks_->sum(of_weight);
      at::Tensor values = weights_[k].detach();
      kernels_->adam(of_weight, kStepPart * step_size, moments_[k - weight1], values);
      weights_[k].mutable_grad().reset();
    }
  }

  void store(model::Generator& generator, RankGroup*) override {
    weights_[latent] = whole_latent_;
    std::vector<at::Tensor> plain;
    for (const at::Tensor& weight : weights_) plain.push_back(weight.detach().cpu());
    store_weights(plain, generator);
    store_logits(mlp_logits(plain), generator);
  }

 private:
  const Kernels* kernels_;
  RankSum* ranks_;
  std::vector<at::Tensor> weights_;
  at::Tensor whole_latent_, graph_, values_;
  std::vector<Moments> moments_;
};

}  // namespace

std::vector<at::Tensor> initial_mlp(std::uint32_t components, std::span<const float> centre, double spread,
                                    std::uint64_t seed) {
  const auto width = static_cast<std::int64_t>(centre.size());
  Normals normals(seed, "fedloom initial network");
  const std::int64_t last = kLatent + 2 * kHidden;
  std::vector<at::Tensor> out(weights_of_mlp);
  out[latent] = normals.table(components, kLatent, 1.0);
  out[weight1] = normals.table(kHidden, kLatent, 1.0 / std::sqrt(kLatent));
  out[bias1] = at::zeros({kHidden}, at::kFloat);
  out[weight2] = normals.table(kHidden, kLatent + kHidden, 1.0 / std::sqrt(kLatent + kHidden));
  out[bias2] = at::zeros({kHidden}, at::kFloat);
  // The latent numbers have a mean square of 1, what comes out of a hidden layer one of ½.
  out[weight_out] = normals.table(width, last, spread / std::sqrt(kLatent + kHidden));
  out[bias_out] = at::empty({width}, at::kFloat);
  std::copy(centre.begin(), centre.end(), out[bias_out].mutable_data_ptr<float>());
  return out;
}

double mlp_flops(double components, double width) {
  constexpr double kLast = kLatent + 2 * kHidden;
  return 6.0 * components * (kLast * width + kHidden * (kLatent + kLatent + kHidden));
}

at::Tensor mlp_logits(const std::vector<at::Tensor>& weights) {
  at::Tensor h = hidden(weights[latent], weights[weight1], weights[bias1]);
  h = hidden(h, weights[weight2], weights[bias2]);
  return at::clamp(at::linear(h, weights[weight_out], weights[bias_out]), -kLargestLogit, kLargestLogit);
}

namespace {

void require_mlp(const std::vector<model::Weights>& weights, std::uint64_t components, std::uint64_t width) {
  const std::array<std::vector<std::uint64_t>, weights_of_mlp> shapes{{{components, kLatent},
                                                                      {kHidden, kLatent},
                                                                      {kHidden},
                                                                      {kHidden, kLatent + kHidden},
                                                                      {kHidden},
                                                                      {width, kLatent + 2 * kHidden},
                                                                      {width}}};
  const bool fits = std::equal(weights.begin(), weights.end(), shapes.begin(), shapes.end(),
                               [](const model::Weights& w, const auto& shape) { return w.shape == shape; });
  if (!fits) throw std::invalid_argument("the weights are not those of a network of this version");
}

}  // namespace

std::unique_ptr<Network> network_of(const model::Generator& generator, const Kernels& kernels, RankSum& ranks) {
  if (generator.network().empty()) return std::make_unique<Table>(generator, kernels, ranks);
  require_mlp(generator.network(), generator.components(), generator.domain().width());
  return std::make_unique<Mlp>(generator, kernels, ranks);
}

}  // namespace fedloom::train
