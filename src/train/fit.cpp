#include "fedloom/train/fit.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <stdexcept>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/model/tensors.hpp"
#include "train/fit_problem.hpp"
#include "train/softmax.hpp"

namespace fedloom::train {
namespace {

constexpr double kStartSpread = 0.3;
constexpr double kLift = 0.3;  // standard deviations that a cell starts above its clipped count
constexpr double kLastStep = 0.05;
constexpr double kLargestLogit = 30.0;

/// Probabilities of every attribute from its noisy 1-way: clipped at 0, plus a little of its noise.
std::vector<double> one_way_probabilities(const schema::Domain& domain, const Targets& targets) {
  const OneWays one(domain, targets);
  std::vector<double> out(domain.width());
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    const std::size_t first = domain.offset(i), size = domain.size(i);
    double total = 0;
    for (std::size_t c = first; c < first + size; ++c) {
      const double sigma = one.weight[c] > 0 ? 1.0 / std::sqrt(one.weight[c]) : 1.0;
      out[c] = std::max(0.0, one.counts[c]) + kLift * sigma + 1e-9;
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

void project(std::span<const double> counts, double rows, std::span<double> out) {
  std::vector<double> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0, shift = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    sum += sorted[k];
    const double t = (sum - rows) / static_cast<double>(k + 1);
    if (sorted[k] > t) shift = t;
  }
  for (std::size_t c = 0; c < counts.size(); ++c) out[c] = std::max(0.0, counts[c] - shift) / rows;
}

void initialise(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                std::uint64_t seed) {
  const std::vector<double> p = one_way_probabilities(generator.domain(), merge(measurements));
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
  FitProblem problem(generator.domain(), generator.components(), measurements, options.lambda);
  at::Tensor& logits = generator.tensors().logits;
  Adam adam(logits.numel());
  for (std::uint32_t step = 0; step < options.steps; ++step) {
    adam.step(problem.gradient(logits), cosine(options.step_size, step, options.steps), logits);
  }
  return {problem.rows(), problem.chi2_per_cell(logits), options.lambda};
}

FitReport fit_independent(model::Generator& generator, const std::vector<boundary::Measurement>& measurements) {
  if (generator.components() != 1) throw std::invalid_argument("a product of 1-ways has one component");
  const schema::Domain& domain = generator.domain();
  const double rows = estimate_rows(measurements);
  const OneWays one(domain, merge(measurements));
  std::vector<double> p(domain.width());
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    const std::size_t first = domain.offset(i), size = domain.size(i);
    project(std::span(one.counts).subspan(first, size), rows, std::span(p).subspan(first, size));
  }
  float* logits = generator.tensors().logits.mutable_data_ptr<float>();
  for (std::size_t c = 0; c < p.size(); ++c) logits[c] = static_cast<float>(std::max(-kLargestLogit, std::log(p[c])));
  return {rows, 0.0, 0.0};
}

}  // namespace fedloom::train
