#pragma once
// What a fit makes small: ½χ²·(B/N̂) + λ·Σ_b KL(P_b ‖ P̄), as a function of a table of logits, and its gradient.

#include <memory>

#include "fedloom/model/generator.hpp"
#include "train/objective.hpp"

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
  CoarseObjective(const CoarseTargets& targets, const Components& components, const Kernels& kernels,
                  Residuals& residuals);
  void answer(const at::Tensor& p);
  void add_gradient(at::Tensor& gradient);

 private:
  const Kernels* kernels_;
  Grouping bins_;
  Objective objective_;
  at::Tensor p_, gradient_;
};

class FitProblem {
 public:
  /// For a generator of that domain and number of components, of which each call is for this rank's (see RankShare).
  FitProblem(const model::Generator& generator, const std::vector<boundary::Measurement>& measurements, double lambda,
             std::unique_ptr<Kernels> kernels, RankSum& ranks);
  FitProblem(const FitProblem&) = delete;
  FitProblem& operator=(const FitProblem&) = delete;

  /// ∂/∂L of this rank's logits. Valid until the next call.
  const at::Tensor& gradient(const at::Tensor& logits);
  /// Over measured pairs and triples; 0 where there are none.
  double chi2_per_cell(const at::Tensor& logits);
  double rows() const noexcept { return rows_; }
  const Kernels& kernels() const noexcept { return *kernels_; }

 private:
  void answer(const at::Tensor& logits);

  std::unique_ptr<Kernels> kernels_;
  RankSum* ranks_;
  double rows_, lambda_;
  Components components_;
  double all_components_;
  Residuals residuals_;
  Targets targets_;
  Grouping blocks_;
  at::Tensor sum_;  ///< of the columns of P; among the residuals, as all ranks' is needed
  at::Tensor one_way_counts_, one_way_weights_;
  Objective objective_;
  std::vector<CoarseObjective> coarse_;
  at::Tensor p_, log_p_, gradient_;
};

/// The components from first() on that a rank has, of `all`.
struct RankShare {
  RankShare(std::uint32_t all, const RankSum& ranks);
  std::int64_t first, number;
};

}  // namespace fedloom::train
