#pragma once
// What a fit makes small: ½χ²·(B/N̂) + λ·Σ_b KL(P_b ‖ P̄), as a function of a table of logits, and its gradient.

#include "train/objective.hpp"
#include "train/softmax.hpp"

namespace fedloom::train {

/// 1-ways of the whole domain side by side; weight 0 where nothing was measured.
struct OneWays {
  OneWays(const schema::Domain& domain, const Targets& targets);
  std::vector<double> counts, weight;
};

/// The part of the objective that was measured over bins: P summed into the bins' columns, and the gradient spread
/// back.
class CoarseObjective {
 public:
  CoarseObjective(const CoarseTargets& targets, std::uint32_t components, double rows);
  void add_gradient(const at::Tensor& p, at::Tensor& gradient);

 private:
  void sum_bins(const at::Tensor& p);
  std::vector<std::uint32_t> column_;
  Objective objective_;
  at::Tensor p_, gradient_;
};

class FitProblem {
 public:
  FitProblem(const schema::Domain& domain, std::uint32_t components,
             const std::vector<boundary::Measurement>& measurements, double lambda);
  /// ∂/∂L. Valid until the next call.
  const at::Tensor& gradient(const at::Tensor& logits);
  /// Over measured pairs and triples; 0 where there are none.
  double chi2_per_cell(const at::Tensor& logits);
  double rows() const noexcept { return rows_; }

 private:
  double rows_, lambda_;
  Targets targets_;
  OneWays one_;
  Segments segments_;
  Objective objective_;
  std::vector<CoarseObjective> coarse_;
  at::Tensor p_, log_p_, gradient_;
  std::vector<float> mean_, shared_;
};

}  // namespace fedloom::train
