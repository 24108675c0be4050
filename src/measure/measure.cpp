#include "fedloom/measure/measure.hpp"

#include <bit>
#include <cstdlib>

#include "counting_device.hpp"
#include "fedloom/base/check.hpp"
#include "fedloom/boundary/plan.hpp"
#include "histograms.hpp"

namespace fedloom::measure {
namespace {

using boundary::Candidate;
using boundary::RawCounts;
using schema::Marginal;
using schema::Query;

/// Cells of the histograms that are held at one time beside the cache: 64 MiB.
constexpr std::uint64_t batch_cells = std::uint64_t{1} << 23;

/// Σ_c sign_c·h_c for each row of signs.
std::vector<std::int64_t> sketch_of(const std::vector<std::int64_t>& histogram, const Query& query) {
  std::vector<std::int64_t> answer(query.sketch_rows);
  for (std::uint32_t row = 0; row < query.sketch_rows; ++row) {
    const auto signs = schema::sketch_signs(query, row, histogram.size());
    std::int64_t sum = 0;
    for (std::size_t c = 0; c < histogram.size(); ++c) {
      const std::int64_t plus = (signs[c / 64] >> (c % 64)) & 1;
      sum += (2 * plus - 1) * histogram[c];
    }
    answer[row] = sum;
  }
  return answer;
}

std::int64_t l1_distance(const std::vector<std::int64_t>& counts, const std::vector<std::int64_t>& model) {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) sum += std::abs(counts[c] - model[c]);
  return sum;
}

}  // namespace

Counter::Counter(const data::Table& table, MeasureOptions options) : table_(&table), options_(options) {
  FEDLOOM_CHECK(options_.entity_rows > 0);
  if (options_.gpu) device_ = gpu(table, options_.threads);
  if (!device_) device_ = processor(table, options_.threads);
}
Counter::Counter(Counter&&) noexcept = default;
Counter& Counter::operator=(Counter&&) noexcept = default;
Counter::~Counter() = default;

void Counter::keep(const Marginal& marginal, Histogram&& histogram) {
  const auto bytes = histogram.size() * sizeof(histogram.front());
  if (cached_bytes_ + bytes > options_.cache_bytes) return;
  if (cache_.emplace(marginal, std::move(histogram)).second) cached_bytes_ += bytes;
}

template <class Use>
void Counter::for_each_histogram(const std::vector<Marginal>& marginals, const Use& use) {
  for (std::size_t from = 0; from < marginals.size();) {
    std::vector<Marginal> batch;
    std::vector<std::size_t> places;
    std::uint64_t cells = 0;
    for (; from < marginals.size() && (batch.empty() || cells < batch_cells); ++from) {
      const auto& marginal = marginals[from];
      if (const auto found = cache_.find(marginal); found != cache_.end()) {
        use(from, found->second);
        continue;
      }
      cells += marginal.cells(table_->domain());
      FEDLOOM_CHECK(marginal.cells(table_->domain()) <= boundary::max_plan_length);
      batch.push_back(marginal);
      places.push_back(from);
    }
    auto counted = device_->count(batch);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      use(places[k], counted[k]);
      keep(batch[k], std::move(counted[k]));
    }
  }
}

std::vector<RawCounts> Counter::measure(const std::vector<Query>& queries) {
  std::vector<Marginal> marginals;
  for (const auto& query : queries) marginals.push_back(query.marginal);
  std::vector<std::vector<std::int64_t>> answers(queries.size());
  for_each_histogram(marginals, [&](std::size_t k, const Histogram& histogram) {
    answers[k] = queries[k].kind == Query::Kind::sketch ? sketch_of(histogram, queries[k]) : histogram;
  });

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
  for_each_histogram(marginals, [&](std::size_t k, const Histogram& histogram) {
    const auto& candidate = candidates[k];
    FEDLOOM_CHECK(candidate.model.size() == histogram.size() && candidate.weight_256 <= 256);
    scores[k] = std::int64_t{candidate.weight_256} * l1_distance(histogram, candidate.model) - candidate.penalty_256;
  });
  return boundary::RawScores(std::move(scores), std::uint64_t{256} * options_.entity_rows);
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
