#include "sketch.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "joint_count.hpp"
#include "parallel.hpp"

namespace fedloom::measure {
namespace {

using schema::Query;

/// ±1, by bit c of the words.
std::int64_t sign_of(const std::vector<std::uint64_t>& signs, std::uint64_t c) {
  return static_cast<std::int64_t>(2 * ((signs[c / 64] >> (c % 64)) & 1)) - 1;
}

std::vector<std::int64_t> sketch_of_rows(const data::Table& table, const Query& query) {
  const auto cells = query.marginal.cells(table.domain());
  const std::vector<std::uint32_t> attributes(query.marginal.begin(), query.marginal.end());
  std::vector<std::int64_t> answer(query.sketch_rows);
  for (std::uint32_t row = 0; row < query.sketch_rows; ++row) {
    const auto signs = schema::sketch_signs(query, row, cells);
    for_each_keys(table, attributes, {0, table.rows()}, [&](std::span<const std::uint32_t> keys) {
      for (const auto key : keys) answer[row] += sign_of(signs, key);
    });
  }
  return answer;
}

}  // namespace

std::vector<std::int64_t> sketch_of(const std::vector<std::int64_t>& histogram, const Query& query) {
  // Most cells of a large histogram are empty: they are passed over once, not for each row of signs.
  std::vector<std::pair<std::uint64_t, std::int64_t>> filled;
  for (std::size_t c = 0; c < histogram.size(); ++c)
    if (histogram[c] != 0) filled.emplace_back(c, histogram[c]);
  std::vector<std::int64_t> answer(query.sketch_rows);
  for (std::uint32_t row = 0; row < query.sketch_rows; ++row) {
    const auto signs = schema::sketch_signs(query, row, histogram.size());
    for (const auto& [cell, count] : filled) answer[row] += sign_of(signs, cell) * count;
  }
  return answer;
}

std::vector<std::vector<std::int64_t>> sketches_of_rows(const data::Table& table, const std::vector<Query>& queries,
                                                        unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::vector<std::int64_t>> answers(queries.size());
  in_parallel(queries.size(), threads, [&](std::size_t k) { answers[k] = sketch_of_rows(table, queries[k]); });
  return answers;
}

bool sketch_from_rows(const data::Table& table, const Query& query) {
  if (query.kind != Query::Kind::sketch || query.marginal.degree() == 0) return false;
  // In nanoseconds, roughly: clearing and passing over a cell costs 1, a row 2 for each row of signs. Small tables are
  // worth keeping for later rounds.
  const auto cells = static_cast<double>(query.marginal.cells(table.domain()));
  return cells > (1U << 20) && cells > 2.0 * query.sketch_rows * static_cast<double>(table.rows());
}

}  // namespace fedloom::measure
