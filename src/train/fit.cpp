#include "fedloom/train/fit.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "train/fit_problem.hpp"
#include "train/network.hpp"
#include "train/normals.hpp"
#include "train/tensors.hpp"

namespace fedloom::train {
namespace {

constexpr double kStartSpread = 0.3;
constexpr double kLift = 0.3;  // standard deviations that a cell starts above its clipped count

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

void initialise(model::Generator& generator, const std::vector<boundary::Measurement>& measurements, std::uint64_t seed,
                NetworkKind network) {
  const std::vector<double> p = one_way_probabilities(generator.domain(), merge(measurements));
  std::vector<float> centre(p.size());
  std::transform(p.begin(), p.end(), centre.begin(), [](double x) { return static_cast<float>(std::log(x)); });
  if (network == NetworkKind::mlp) {
    const std::vector<at::Tensor> weights = initial_mlp(generator.components(), centre, kStartSpread, seed);
    store_weights(weights, generator);
    store_logits(mlp_logits(weights), generator);
    return;
  }
  const auto width = static_cast<std::int64_t>(centre.size());
  const at::Tensor logits = Normals(seed, "fedloom initial weights").table(generator.components(), width, kStartSpread);
  store_weights({}, generator);
  store_logits(logits.add_(at::from_blob(centre.data(), {width}, at::kFloat)), generator);
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
  std::vector<float> logits(p.size());
  for (std::size_t c = 0; c < p.size(); ++c) logits[c] = static_cast<float>(std::max(-kLargestLogit, std::log(p[c])));
  generator.set_logits(std::move(logits));
  return {rows, 0.0, 0.0};
}

}  // namespace fedloom::train
