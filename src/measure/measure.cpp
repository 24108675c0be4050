#include "fedloom/measure/measure.hpp"

#include <map>
#include <utility>

#include "counting_device.hpp"
#include "fedloom/base/check.hpp"
#include "fedloom/boundary/plan.hpp"
#include "histograms.hpp"
#include "kept_histogram.hpp"
#include "sketch.hpp"

namespace fedloom::measure {
namespace {

using boundary::Candidate;
using boundary::RawCounts;
using schema::Marginal;
using schema::Query;

/// Cells of the histograms that are held at one time beside the cache: 64 MiB.
constexpr std::uint64_t batch_cells = std::uint64_t{1} << 23;

}  // namespace

struct Counter::Cache {
  std::map<Marginal, KeptHistogram> histograms;
  std::uint64_t bytes = 0;
};

Counter::Counter(const data::Table& table, MeasureOptions options)
    : table_(&table), options_(options), cache_(std::make_unique<Cache>()) {
  FEDLOOM_CHECK(options_.entity_rows > 0);
  if (options_.gpu) device_ = gpu(table, options_.threads);
  if (!device_) device_ = processor(table, options_.threads);
}
Counter::Counter(Counter&&) noexcept = default;
Counter& Counter::operator=(Counter&&) noexcept = default;
Counter::~Counter() = default;

void Counter::keep(const Marginal& marginal, const Histogram& histogram) {
  if (cache_->bytes >= options_.cache_bytes) return;
  KeptHistogram kept(histogram);
  const auto bytes = kept.bytes();
  if (cache_->bytes + bytes > options_.cache_bytes) return;
  if (cache_->histograms.emplace(marginal, std::move(kept)).second) cache_->bytes += bytes;
}

template <class Use>
void Counter::for_each_histogram(const std::vector<Marginal>& marginals, const Use& use) {
  for (const auto& marginal : marginals) FEDLOOM_CHECK(marginal.cells(table_->domain()) <= boundary::max_plan_length);
  for (std::size_t from = 0; from < marginals.size();) {
    std::vector<Marginal> batch;
    std::vector<std::size_t> places;
    std::uint64_t cells = 0;
    for (; from < marginals.size() && (batch.empty() || cells < batch_cells); ++from) {
      const auto& marginal = marginals[from];
      if (const auto found = cache_->histograms.find(marginal); found != cache_->histograms.end()) {
        use(from, found->second.counts());
        continue;
      }
      cells += marginal.cells(table_->domain());
      batch.push_back(marginal);
      places.push_back(from);
    }
    if (batch.empty()) continue;
    auto counted = device_->count(batch);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      keep(batch[k], counted[k]);
      use(places[k], std::exchange(counted[k], {}));
    }
  }
}

std::vector<RawCounts> Counter::measure(const std::vector<Query>& queries) {
  std::vector<std::vector<std::int64_t>> answers(queries.size());
  std::vector<Marginal> marginals;
  std::vector<Query> from_rows;
  std::vector<std::size_t> places, places_from_rows;
  for (std::size_t k = 0; k < queries.size(); ++k) {
    FEDLOOM_CHECK(queries[k].marginal.cells(table_->domain()) <= boundary::max_plan_length);
    if (sketch_from_rows(*table_, queries[k]) && !cache_->histograms.contains(queries[k].marginal)) {
      from_rows.push_back(queries[k]);
      places_from_rows.push_back(k);
    } else {
      marginals.push_back(queries[k].marginal);
      places.push_back(k);
    }
  }
  for_each_histogram(marginals, [&](std::size_t k, Histogram&& histogram) {
    const auto& query = queries[places[k]];
    answers[places[k]] = query.kind == Query::Kind::sketch ? sketch_of(histogram, query) : std::move(histogram);
  });
  auto sketches = sketches_of_rows(*table_, from_rows, options_.threads);
  for (std::size_t k = 0; k < sketches.size(); ++k) answers[places_from_rows[k]] = std::move(sketches[k]);

  const std::uint64_t entity = options_.entity_rows;
  std::vector<RawCounts> raw;
  raw.reserve(queries.size());
  for (std::size_t k = 0; k < queries.size(); ++k)
    raw.emplace_back(std::move(answers[k]), privacy::L2Bound{queries[k].row_l2_squared() * entity * entity});
  return raw;
}

boundary::RawScores Counter::score(const std::vector<Candidate>& candidates) {
  std::vector<Marginal> marginals;
  for (const auto& candidate : candidates) marginals.push_back(candidate.marginal);
  std::vector<std::int64_t> scores(candidates.size());
  for_each_histogram(marginals, [&](std::size_t k, Histogram&& histogram) {
    scores[k] = boundary::score_of(candidates[k], histogram);
  });
  return boundary::RawScores(std::move(scores), boundary::score_sensitivity * options_.entity_rows);
}

std::vector<RawCounts> measure(const data::Table& table, const std::vector<Query>& queries,
                               const MeasureOptions& options) {
  auto once = options;
  once.cache_bytes = 0;
  return Counter(table, once).measure(queries);
}

boundary::RawScores score(const data::Table& table, const std::vector<Candidate>& candidates,
                          const MeasureOptions& options) {
  auto once = options;
  once.cache_bytes = 0;
  return Counter(table, once).score(candidates);
}

std::vector<std::vector<std::int64_t>> exact_histograms(const data::Table& table,
                                                        const std::vector<Marginal>& marginals, unsigned threads) {
  return histograms(table, marginals, {.threads = threads});
}

}  // namespace fedloom::measure
