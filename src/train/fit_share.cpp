// One fit, by one rank or by several that each have a part of the components.

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "fedloom/base/error.hpp"
#include "fedloom/train/fit.hpp"
#include "train/device.hpp"
#include "train/fit_problem.hpp"
#include "train/network.hpp"
#include "train/tensors.hpp"

namespace fedloom::train {
namespace {

using nlohmann::json;

constexpr double kLastStep = 0.05;

double cosine(double step_size, std::uint32_t step, std::uint32_t steps) {
  const double progress = static_cast<double>(step) / steps;
  return step_size * (0.5 * (1.0 + std::cos(std::numbers::pi * progress)) * (1.0 - kLastStep) + kLastStep);
}

FitReport fit_share(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                    const FitOptions& options) {
  const c10::NoGradGuard no_gradients;
  const at::Device device = device_of(options.compute);
  const std::unique_ptr<RankSum> ranks = rank_sum(options.compute.ranks, device);
  FitProblem problem(generator, measurements, options.lambda, kernels_for(device), *ranks);
  const std::unique_ptr<Network> network = network_of(generator, problem.kernels(), *ranks);
  for (std::uint32_t step = 0; step < options.steps; ++step) {
    const at::Tensor& gradient = problem.gradient(network->logits());
    network->step(gradient, cosine(options.step_size, step, options.steps));
  }
  const FitReport report{problem.rows(), problem.chi2_per_cell(network->logits()), options.lambda};
  network->store(generator, options.compute.ranks);
  return report;
}

/// What a rank needs to take part: everything in it is public.
struct Job {
  schema::Domain domain;
  std::vector<at::Tensor> tensors;  ///< logits, then the network's
  std::vector<boundary::Measurement> measurements;
  FitOptions options;
};

Bytes encode(const model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
             const FitOptions& options) {
  json axes = json::array();
  for (const auto& axis : generator.domain().axes()) axes.push_back({axis.name, axis.size});
  const json head = {{"domain", axes},
                     {"steps", options.steps},
                     {"step_size", options.step_size},
                     {"lambda", options.lambda},
                     {"gpu", options.compute.gpu}};
  c10::List<at::Tensor> tensors;
  tensors.push_back(logits_of(generator));
  for (const at::Tensor& weight : weights_of(generator)) tensors.push_back(weight);
  const std::vector<char> bytes = torch::jit::pickle_save(c10::ivalue::Tuple::create(
      {c10::IValue(head.dump()), c10::IValue(boundary::to_lines(generator.domain(), measurements)),
       c10::IValue(tensors)}));
  return {bytes.begin(), bytes.end()};
}

Job decode(const Bytes& bytes) {
  const c10::IValue value = torch::jit::pickle_load({bytes.begin(), bytes.end()});
  const auto& parts = value.toTupleRef().elements();
  const json head = json::parse(parts.at(0).toStringRef());
  std::vector<schema::Domain::Axis> axes;
  for (const json& axis : head.at("domain")) axes.push_back({axis.at(0), axis.at(1)});
  Job job{schema::Domain(std::move(axes)), parts.at(2).toTensorVector(), {}, {}};
  job.measurements = boundary::from_lines(parts.at(1).toStringRef(), job.domain, "the leader's fit");
  job.options = {head.at("steps"), head.at("step_size"), head.at("lambda"), {nullptr, head.at("gpu")}};
  return job;
}

}  // namespace

FitReport fit(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
              const FitOptions& options) {
  if (options.compute.ranks != nullptr && options.compute.ranks->size() > 1) {
    Bytes job = encode(generator, measurements, options);
    options.compute.ranks->broadcast(job);
  }
  return fit_share(generator, measurements, options);
}

void serve_fits(RankGroup& ranks) {
  for (;;) {
    Bytes message;
    ranks.broadcast(message);
    if (message.empty()) return;
    Job job = decode(message);
    job.options.compute.ranks = &ranks;
    model::Generator generator(job.domain, static_cast<std::uint32_t>(job.tensors.at(0).size(0)));
    store_logits(job.tensors.at(0), generator);
    store_weights({job.tensors.begin() + 1, job.tensors.end()}, generator);
    fit_share(generator, job.measurements, job.options);
  }
}

void end_fits(RankGroup& ranks) {
  Bytes nothing;
  ranks.broadcast(nothing);
}

}  // namespace fedloom::train
