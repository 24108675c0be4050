// Counting: all pairs, and all triples of at most 10,000 cells, of 15 columns with the sizes of coded Adult and skewed
// values, over 48,842 rows. numpy_peer.py times numpy's bincount on ready keys of the same shape.

#include <benchmark/benchmark.h>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/measure/measure.hpp"

namespace {

using namespace fedloom;

constexpr std::size_t rows = 48'842;
const std::vector<std::uint32_t> sizes{32, 9, 32, 16, 16, 7, 15, 6, 5, 2, 32, 32, 32, 42, 2};

/// Codes ⌊n·u³⌋ of uniform u: about half of the rows share an eighth of the values.
data::Table adult_like() {
  std::vector<schema::Domain::Axis> axes;
  for (std::size_t k = 0; k < sizes.size(); ++k) axes.push_back({"c" + std::to_string(k), sizes[k]});
  data::Table table{schema::Domain(axes)};
  table.reserve(rows);
  PublicStream stream(1, "bench table");
  std::vector<std::uint32_t> codes(sizes.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      const double u = stream.uniform();
      codes[k] = static_cast<std::uint32_t>(u * u * u * sizes[k]);
    }
    table.append(codes);
  }
  return table;
}

std::vector<schema::Marginal> small_triples(const schema::Domain& domain) {
  auto triples = schema::all_marginals(domain.dimensions(), 3);
  std::erase_if(triples, [&](const schema::Marginal& triple) { return triple.cells(domain) > 10'000; });
  return triples;
}

void count(benchmark::State& state, const std::vector<schema::Marginal>& marginals, const data::Table& table) {
  std::vector<schema::Query> queries;
  for (const auto& marginal : marginals) queries.push_back({.marginal = marginal});
  const measure::MeasureOptions options{.threads = static_cast<unsigned>(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(measure::measure(table, queries, options));
  state.counters["marginals"] = static_cast<double>(marginals.size());
}

void all_pairs(benchmark::State& state) {
  const auto table = adult_like();
  count(state, schema::all_marginals(sizes.size(), 2), table);
}

void triples(benchmark::State& state) {
  const auto table = adult_like();
  count(state, small_triples(table.domain()), table);
}

/// What each round of the central loop does after the first.
void score_triples_again(benchmark::State& state) {
  const auto table = adult_like();
  std::vector<boundary::Candidate> candidates;
  for (const auto& triple : small_triples(table.domain()))
    candidates.push_back({.marginal = triple, .model = std::vector<std::int64_t>(triple.cells(table.domain()), 5)});
  measure::Counter counter(table, {.threads = static_cast<unsigned>(state.range(0))});
  benchmark::DoNotOptimize(counter.score(candidates));
  for (auto _ : state) benchmark::DoNotOptimize(counter.score(candidates));
}

BENCHMARK(all_pairs)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(triples)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(score_triples_again)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
