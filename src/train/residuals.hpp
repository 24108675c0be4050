#pragma once
// What the parts of an objective share: the kernels and sizes of this rank's components, and the residuals, of which
// each rank has the answers of its own components until they are summed over the ranks.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "train/kernels.hpp"
#include "train/rank_sum.hpp"

namespace fedloom::train {

/// The components that this rank has of the mixture.
struct Components {
  std::int64_t number = 0;  ///< here
  double scale = 1;         ///< N̂/B, B those of all ranks
  bool leads = true;        ///< takes the measured counts off; one rank does
};

class Residuals {
 public:
  explicit Residuals(const at::Device& device) : device_(device) {}
  /// Float32, not set.
  at::Tensor take(at::IntArrayRef shape);
  /// All that was taken, summed over the ranks.
  void add_up(RankSum& ranks);

 private:
  at::Device device_;
  std::vector<at::Tensor> taken_;
  at::Tensor side_by_side_;
};

struct ChiSquare {
  double value = 0;
  std::uint64_t cells = 0;
};
/// Σ R²/w, where R = w·(M̂ − y).
double chi_square(const at::Tensor& residual, double weight);
double chi_square(const at::Tensor& residual, const at::Tensor& weights);

/// As float32, on the device.
at::Tensor to_tensor(const std::vector<double>& values, const at::Device& device);

}  // namespace fedloom::train
