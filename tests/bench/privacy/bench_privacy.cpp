// Exact discrete Gaussian noise per draw, beside a rounded floating-point normal, which is fast and not private.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "fedloom/privacy/curve.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "fedloom/privacy/secure_random.hpp"

namespace {

using namespace fedloom::privacy;

constexpr std::size_t batch = 4096;

void set_draws(benchmark::State& state, std::size_t per_iteration) {
  state.SetItemsProcessed(static_cast<std::int64_t>(per_iteration) * state.iterations());
  state.counters["seconds_per_draw"] = benchmark::Counter(
      static_cast<double>(per_iteration), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void bulk_gaussian(benchmark::State& state) {
  const NoiseScale scale = noise_scale_at_least(static_cast<double>(state.range(0)));
  SecureRandom random;
  std::vector<std::int64_t> out(batch);
  for (auto _ : state) {
    discrete_gaussian_fill(scale, out, random);
    benchmark::DoNotOptimize(out.data());
  }
  set_draws(state, batch);
}
BENCHMARK(bulk_gaussian)->Arg(17)->Arg(1000003)->Arg(std::int64_t{1} << 39);

void rational_gaussian(benchmark::State& state) {
  SecureRandom random;
  for (auto _ : state)
    benchmark::DoNotOptimize(discrete_gaussian({static_cast<std::uint64_t>(state.range(0)), 1}, random));
  set_draws(state, 1);
}
BENCHMARK(rational_gaussian)->Arg(17)->Arg(1000003);

void secure_words(benchmark::State& state) {
  SecureRandom random;
  for (auto _ : state) benchmark::DoNotOptimize(random.next());
  set_draws(state, 1);
}
BENCHMARK(secure_words);

/// The peer: what code that ignores floating-point attacks would do.
void rounded_normal(benchmark::State& state) {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal(0, std::sqrt(static_cast<double>(state.range(0))));
  std::vector<std::int64_t> out(batch);
  for (auto _ : state) {
    for (std::int64_t& value : out) value = std::llround(normal(engine));
    benchmark::DoNotOptimize(out.data());
  }
  set_draws(state, batch);
}
BENCHMARK(rounded_normal)->Arg(17)->Arg(1000003);

void convert_rho_to_epsilon(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(epsilon_of({0.1}, {1e-9}));
}
BENCHMARK(convert_rho_to_epsilon);

}  // namespace
