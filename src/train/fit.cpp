#include "fedloom/train/fit.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/model/tensors.hpp"
#include "train/objective.hpp"
#include "train/softmax.hpp"

namespace fedloom::train {
namespace {

constexpr double kStartSpread = 0.3;
constexpr double kLastStep = 0.05;

/// 1-ways of the whole domain side by side; weight 0 where nothing was measured.
struct OneWays {
  OneWays(const schema::Domain& domain, const Targets& targets)
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
  std::vector<double> counts, weight;
};

/// Probabilities of every attribute from its noisy 1-way: clipped at 0, plus `lift` standard deviations.
std::vector<double> one_way_probabilities(const schema::Domain& domain, const Targets& targets, double lift) {
  const OneWays one(domain, targets);
  std::vector<double> out(domain.width());
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    const std::size_t first = domain.offset(i), size = domain.size(i);
    double total = 0;
    for (std::size_t c = first; c < first + size; ++c) {
      const double sigma = one.weight[c] > 0 ? 1.0 / std::sqrt(one.weight[c]) : 1.0;
      out[c] = std::max(0.0, one.counts[c]) + lift * sigma + 1e-9;
      total += out[c];
    }
    for (std::size_t c = first; c < first + size; ++c) out[c] /= total;
  }
  return out;
}

/// Two standard normals (Box & Muller 1958): public randomness for initial weights only.
std::pair<double, double> normals(PublicStream& stream) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - stream.uniform()));
  const double angle = 2.0 * std::numbers::pi * stream.uniform();
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

double cosine(double step_size, std::uint32_t step, std::uint32_t steps) {
  const double progress = static_cast<double>(step) / steps;
  return step_size * (0.5 * (1.0 + std::cos(std::numbers::pi * progress)) * (1.0 - kLastStep) + kLastStep);
}

}  // namespace

void initialise(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                std::uint64_t seed) {
  const std::vector<double> p = one_way_probabilities(generator.domain(), merge(measurements), 0.3);
  PublicStream stream(seed, "fedloom initial weights");
  float* logits = generator.tensors().logits.mutable_data_ptr<float>();
  const std::size_t size = generator.components() * p.size();
  for (std::size_t k = 0; k < size; k += 2) {
    const auto [x, y] = normals(stream);
    logits[k] = static_cast<float>(std::log(p[k % p.size()]) + kStartSpread * x);
    if (k + 1 < size) logits[k + 1] = static_cast<float>(std::log(p[(k + 1) % p.size()]) + kStartSpread * y);
  }
}

FitReport fit(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
              const FitOptions& options) {
  const c10::NoGradGuard no_gradients;
  const schema::Domain& domain = generator.domain();
  const double rows = estimate_rows(measurements, domain);
  const Targets targets = merge(measurements);
  const OneWays one(domain, targets);
  const Segments segments(domain);
  Objective objective(domain, generator.components(), targets, rows);
  at::Tensor& logits = generator.tensors().logits;
  at::Tensor p = at::empty_like(logits), log_p = at::empty_like(logits), gradient = at::empty_like(logits);
  std::vector<float> mean, shared(domain.width());
  Adam adam(logits.numel());
  for (std::uint32_t step = 0; step < options.steps; ++step) {
    softmax_blocks(segments, logits, p, log_p, mean);
    for (std::size_t c = 0; c < shared.size(); ++c) {
      shared[c] = static_cast<float>(one.weight[c] * (rows * mean[c] - one.counts[c]) -
                                     options.lambda * std::log(mean[c] + 1e-12));
    }
    start_gradient(static_cast<float>(options.lambda), log_p, shared, gradient);
    objective.add_gradient(p, gradient);
    gradient_in_logits(segments, p, gradient);
    adam.step(gradient, cosine(options.step_size, step, options.steps), logits);
  }
  const Objective::ChiSquare chi2 = objective.chi2(softmax_blocks(segments, logits));
  return {rows, chi2.cells > 0 ? chi2.value / static_cast<double>(chi2.cells) : 0.0, options.lambda};
}

FitReport fit_independent(model::Generator& generator, const std::vector<boundary::Measurement>& measurements) {
  if (generator.components() != 1) throw std::invalid_argument("a product of 1-ways has one component");
  const std::vector<double> p = one_way_probabilities(generator.domain(), merge(measurements), 0.0);
  float* logits = generator.tensors().logits.mutable_data_ptr<float>();
  for (std::size_t c = 0; c < p.size(); ++c) logits[c] = static_cast<float>(std::max(-30.0, std::log(p[c])));
  return {estimate_rows(measurements, generator.domain()), 0.0, 0.0};
}

}  // namespace fedloom::train
