#include "train/fit_problem.hpp"

#include <ATen/ATen.h>

#include <cmath>

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

CoarseObjective::CoarseObjective(const CoarseTargets& targets, std::uint32_t components, double rows)
    : column_(targets.column),
      objective_(targets.domain, components, targets.targets, rows),
      p_(at::empty({components, targets.domain.width()}, at::kFloat)),
      gradient_(at::empty_like(p_)) {}

void CoarseObjective::sum_bins(const at::Tensor& p) {
  p_.zero_();
  const std::int64_t rows = p.size(0), width = p.size(1), bins = p_.size(1);
  const float* from = p.const_data_ptr<float>();
  float* to = p_.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b, from += width, to += bins) {
    for (std::int64_t c = 0; c < width; ++c) to[column_[c]] += from[c];
  }
}

void CoarseObjective::add_gradient(const at::Tensor& p, at::Tensor& gradient) {
  sum_bins(p);
  gradient_.zero_();
  objective_.add_gradient(p_, gradient_);
  const std::int64_t rows = p.size(0), width = p.size(1), bins = p_.size(1);
  const float* from = gradient_.const_data_ptr<float>();
  float* to = gradient.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < rows; ++b, from += bins, to += width) {
    for (std::int64_t c = 0; c < width; ++c) to[c] += from[column_[c]];
  }
}

FitProblem::FitProblem(const schema::Domain& domain, std::uint32_t components,
                       const std::vector<boundary::Measurement>& measurements, double lambda)
    : rows_(estimate_rows(measurements)),
      lambda_(lambda),
      targets_(merge(measurements)),
      one_(domain, targets_),
      segments_(domain),
      objective_(domain, components, targets_, rows_),
      p_(at::empty({components, domain.width()}, at::kFloat)),
      log_p_(at::empty_like(p_)),
      gradient_(at::empty_like(p_)),
      shared_(domain.width()) {
  for (const CoarseTargets& targets : coarse_targets(measurements, domain)) {
    coarse_.emplace_back(targets, components, rows_);
  }
}

// In P: the 1-ways pull every component alike, the penalty pulls by λ(log P − log P̄); what is constant within a block
// falls out in the step to logits.
const at::Tensor& FitProblem::gradient(const at::Tensor& logits) {
  softmax_blocks(segments_, logits, p_, log_p_, mean_);
  for (std::size_t c = 0; c < shared_.size(); ++c) {
    shared_[c] =
        static_cast<float>(one_.weight[c] * (rows_ * mean_[c] - one_.counts[c]) - lambda_ * std::log(mean_[c] + 1e-12));
  }
  start_gradient(static_cast<float>(lambda_), log_p_, shared_, gradient_);
  objective_.add_gradient(p_, gradient_);
  for (CoarseObjective& coarse : coarse_) coarse.add_gradient(p_, gradient_);
  gradient_in_logits(segments_, p_, gradient_);
  return gradient_;
}

double FitProblem::chi2_per_cell(const at::Tensor& logits) {
  const ChiSquare chi2 = objective_.chi2(softmax_blocks(segments_, logits));
  return chi2.cells > 0 ? chi2.value / static_cast<double>(chi2.cells) : 0.0;
}

}  // namespace fedloom::train
