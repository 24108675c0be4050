// How fast the fit is beside the machine's matrix product, on the measurements of a run.
//
//   bench_fit MEASUREMENTS.jsonl [COMPONENTS] [table|mlp] [gpu]
//
// Useful flops of a step: 6·B·n_r for each measured pair and triple of n_r cells (2 for its answer, 4 for the gradients
// of its two factors), nothing padded and nothing else counted. The rate is set beside sgemm of 512 × 512 × 512 in the
// same run. One thread.

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "fedloom/model/generator.hpp"
#include "fedloom/train/fit.hpp"
#include "fedloom/train/libtorch.hpp"

namespace {

using namespace fedloom;

constexpr int kRepeats = 5;

schema::Domain domain_of(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) throw std::runtime_error("cannot read " + file);
  const auto header = nlohmann::json::parse(line);
  std::vector<schema::Domain::Axis> axes;
  for (const auto& axis : header.at("domain")) axes.push_back({axis.at(0), axis.at(1)});
  return schema::Domain(axes);
}

template <class Work>
double fastest_seconds(const Work& work) {
  double fastest = 1e9;
  for (int k = 0; k < kRepeats; ++k) {
    const auto start = std::chrono::steady_clock::now();
    work();
    fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return fastest;
}

double sgemm_rate() {
  constexpr std::int64_t kSide = 512;
  constexpr int kProducts = 10;
  const at::Tensor a = at::rand({kSide, kSide}), b = at::rand({kSide, kSide});
  at::Tensor c = at::empty({kSide, kSide});
  const double seconds = fastest_seconds([&] {
    for (int k = 0; k < kProducts; ++k) at::mm_out(c, a, b);
  });
  return kProducts * 2.0 * kSide * kSide * kSide / seconds;
}

int run(const std::string& file, std::uint32_t components, train::NetworkKind network, bool gpu) {
  train::set_threads(1);
  const schema::Domain domain = domain_of(file);
  const auto measurements = boundary::load_measurements(file, domain);
  double flops = 0;
  for (const boundary::Measurement& m : measurements) {
    const bool joint = m.query.kind == schema::Query::Kind::marginal && m.query.marginal.degree() > 1;
    if (joint) flops += 6.0 * components * static_cast<double>(m.grid_values.size());
  }
  model::Generator generator(domain, components);
  train::initialise(generator, measurements, 0, network);
  constexpr std::uint32_t kSteps = 20;
  const double lambda = train::mutual_information_weight(measurements);
  const double seconds = fastest_seconds([&] {
    train::fit(generator, measurements, {kSteps, 0.1, lambda, {nullptr, gpu}});
  });
  const double rate = kSteps * flops / seconds, sgemm = sgemm_rate();
  const nlohmann::json figures = {{{"name", "fit.useful_flops_per_s"}, {"value", rate}, {"unit", "flops/s"}},
                                  {{"name", "fit.sgemm_fraction"}, {"value", rate / sgemm}, {"unit", "of sgemm"}},
                                  {{"name", "fit.step_ms"}, {"value", 1e3 * seconds / kSteps}, {"unit", "ms"}}};
  std::cout << figures.dump(1) << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: bench_fit MEASUREMENTS.jsonl [COMPONENTS] [table|mlp] [gpu]\n";
    return 2;
  }
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto has = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    return run(words[0], words.size() > 1 ? static_cast<std::uint32_t>(std::stoul(words[1])) : 500,
               has("mlp") ? train::NetworkKind::mlp : train::NetworkKind::table, has("gpu"));
  } catch (const std::exception& error) {
    std::cerr << "bench_fit: " << error.what() << "\n";
    return 1;
  }
}
