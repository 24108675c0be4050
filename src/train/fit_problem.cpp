#include "train/fit_problem.hpp"

#include <ATen/ATen.h>

#include "fedloom/train/fit.hpp"

namespace fedloom::train {

OneWays::OneWays(const schema::Domain& domain, const Targets& targets)
    : counts(domain.width(), 0.0), weight(domain.width(), 0.0) {
  for (const auto& [marginal, target] : targets) {
    if (marginal.degree() != 1) continue;
    const std::size_t first = domain.offset(marginal[0]);
    for (std::size_t v = 0; v < target.counts.size(); ++v) {
      counts[first + v] = target.counts[v];
      weight[first + v] = target.weight;
    }
  }
}

CoarseObjective::CoarseObjective(const CoarseTargets& targets, const Components& components, const Kernels& kernels,
                                 Residuals& residuals)
    : kernels_(&kernels),
      bins_(kernels.grouping(targets.column)),
      objective_(targets.domain, targets.targets, components, kernels, residuals),
      p_(at::empty({components.number, targets.domain.width()}, at::TensorOptions(kernels.device()).dtype(at::kFloat))),
      gradient_(at::empty_like(p_)) {}

void CoarseObjective::answer(const at::Tensor& p) {
  kernels_->sum_groups(bins_, p, p_);
  objective_.answer(p_);
}

void CoarseObjective::add_gradient(at::Tensor& gradient) {
  gradient_.zero_();
  objective_.add_gradient(p_, gradient_);
  kernels_->spread_groups(bins_, gradient_, gradient);
}

RankShare::RankShare(std::uint32_t all, const RankSum& ranks)
    : first(std::int64_t{all} * ranks.rank() / ranks.size()),
      number(std::int64_t{all} * (ranks.rank() + 1) / ranks.size() - first) {}

FitProblem::FitProblem(const model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                       double lambda, std::unique_ptr<Kernels> kernels, RankSum& ranks)
    : kernels_(std::move(kernels)),
      ranks_(&ranks),
      rows_(estimate_rows(measurements)),
      lambda_(lambda),
      components_{RankShare(generator.components(), ranks).number, rows_ / generator.components(), ranks.rank() == 0},
      all_components_(generator.components()),
      residuals_(kernels_->device()),
      targets_(merge(measurements)),
      blocks_(kernels_->grouping(attribute_of_columns(generator.domain()))),
      sum_(residuals_.take({generator.domain().width()})),
      objective_(generator.domain(), targets_, components_, *kernels_, residuals_),
      p_(at::empty({components_.number, generator.domain().width()}, sum_.options())),
      log_p_(at::empty_like(p_)),
      gradient_(at::empty_like(p_)) {
  const schema::Domain& domain = generator.domain();
  const OneWays one(domain, targets_);
  one_way_counts_ = to_tensor(one.counts, kernels_->device());
  one_way_weights_ = to_tensor(one.weight, kernels_->device());
  for (const CoarseTargets& targets : coarse_targets(measurements, domain)) {
    coarse_.emplace_back(targets, components_, *kernels_, residuals_);
  }
}

void FitProblem::answer(const at::Tensor& logits) {
  kernels_->softmax(blocks_, logits, p_, log_p_, sum_);
  objective_.answer(p_);
  for (CoarseObjective& coarse : coarse_) coarse.answer(p_);
  residuals_.add_up(*ranks_);
}

// In P: the 1-ways pull every component alike, the penalty pulls by λ(log P − log P̄); what is constant within a block
// falls out in the step to logits.
const at::Tensor& FitProblem::gradient(const at::Tensor& logits) {
  answer(logits);
  const at::Tensor mean = sum_ / all_components_;
  const at::Tensor shared =
      (mean * rows_).sub_(one_way_counts_).mul_(one_way_weights_).sub_(mean.add(1e-12).log_(), lambda_);
  kernels_->start_gradient(lambda_, log_p_, shared, gradient_);
  objective_.add_gradient(p_, gradient_);
  for (CoarseObjective& coarse : coarse_) coarse.add_gradient(gradient_);
  kernels_->to_logits(blocks_, p_, gradient_);
  return gradient_;
}

double FitProblem::chi2_per_cell(const at::Tensor& logits) {
  answer(logits);
  const ChiSquare chi2 = objective_.chi2();
  return chi2.cells > 0 ? chi2.value / static_cast<double>(chi2.cells) : 0.0;
}

}  // namespace fedloom::train
