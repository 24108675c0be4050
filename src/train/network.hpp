#pragma once
// What the logits of a mixture's components come from: a free table, or GEM's network on a fixed batch of latent
// vectors. A fit steps through either in the same way.

#include <memory>
#include <span>

#include "fedloom/model/generator.hpp"
#include "train/kernels.hpp"
#include "train/rank_sum.hpp"

namespace fedloom::train {

class Network {
 public:
  virtual ~Network() = default;
  /// This rank's components × D, on the kernels' device. Valid until the next step.
  virtual const at::Tensor& logits() = 0;
  /// One step of Adam, with fresh moments at the first; `gradient` is ∂/∂L of the logits.
  virtual void step(const at::Tensor& gradient, double step_size) = 0;
  /// All components' logits, and the weights below them where there are any, into the first rank's generator.
  virtual void store(model::Generator& generator, RankGroup* group) = 0;
};

/// The network of a generator, as its tensors say. All ranks have the same generator.
std::unique_ptr<Network> network_of(const model::Generator& generator, const Kernels& kernels, RankSum& ranks);

/// Weights of GEM's network for a generator's B × D logits: latent batch z ~ N(0, 1) of B × 64; two hidden layers,
/// each relu(norm(W·h + b)) beside its input; and the output's weights and bias. The bias is `centre`, D numbers; the
/// other weights make the components differ around it by normals of standard deviation `spread`.
std::vector<at::Tensor> initial_mlp(std::uint32_t components, std::span<const float> centre, double spread,
                                    std::uint64_t seed);
/// Logits of such weights, B × D.
at::Tensor mlp_logits(const std::vector<at::Tensor>& weights);

}  // namespace fedloom::train
