// Sensitivity, from the file on: two tables that differ in all rows of one entity, read and clipped as a site does it.
// No answer may move further than what the ledger books for it.
#include <gtest/gtest.h>

#include "fedloom/base/file.hpp"
#include "fedloom/base/public_stream.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/measure/measure.hpp"
#include "support/temp_folder.hpp"

namespace fedloom {
namespace {

const schema::Schema columns({{.name = "a", .type = schema::Coded{.size = 3}},
                              {.name = "b", .type = schema::Coded{.size = 4}},
                              {.name = "c", .type = schema::Coded{.size = 2}}},
                             {"person", "day"});

struct Visit {
  std::uint64_t person = 0, day = 0, a = 0, b = 0, c = 0;
};

/// Forty people with 1 to 12 rows each, mixed; every third one has all rows alike, which moves a cell furthest.
std::vector<Visit> visits() {
  std::vector<Visit> all;
  PublicStream stream(5, "visits");
  for (std::uint64_t person = 0; person < 40; ++person) {
    const std::uint64_t rows = 1 + stream.below(12);
    for (std::uint64_t row = 0; row < rows; ++row) {
      const bool alike = person % 3 == 0;
      all.push_back({person, stream.below(100), alike ? 1 : stream.below(3), alike ? 2 : stream.below(4),
                     alike ? 0 : stream.below(2)});
    }
  }
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[stream.below(i)]);
  return all;
}

data::Table read(const std::vector<Visit>& rows, std::optional<std::uint64_t> without, const data::Unit& unit) {
  const test::TempFolder folder;
  std::string text = "person,day,a,b,c\n";
  for (const auto& row : rows) {
    if (without && row.person == *without) continue;
    for (const auto value : {row.person, row.day, row.a, row.b}) text += std::to_string(value) + ",";
    text += std::to_string(row.c) + "\n";
  }
  write_atomically(folder / "visits.csv", text);
  return data::load("csv:visits.csv", folder.path(), columns, unit).table;
}

std::vector<schema::Query> queries() {
  std::vector<schema::Query> all{{.marginal = {}}};
  for (std::size_t degree = 1; degree <= 3; ++degree) {
    for (const auto& marginal : schema::all_marginals(3, degree)) {
      all.push_back({.marginal = marginal});
      all.push_back({.kind = schema::Query::Kind::sketch, .marginal = marginal, .sketch_rows = 8, .sketch_seed = 4});
    }
  }
  return all;
}

/// The answer of a query to a difference of two histograms.
std::vector<std::int64_t> answer(const schema::Query& query, const std::vector<std::int64_t>& histogram) {
  if (query.kind == schema::Query::Kind::marginal) return histogram;
  std::vector<std::int64_t> sums;
  for (std::uint32_t row = 0; row < query.sketch_rows; ++row) {
    const auto signs = schema::sketch_signs(query, row, histogram.size());
    std::int64_t sum = 0;
    for (std::size_t c = 0; c < histogram.size(); ++c) {
      sum += (signs[c / 64] >> (c % 64) & 1U) != 0 ? histogram[c] : -histogram[c];
    }
    sums.push_back(sum);
  }
  return sums;
}

/// The largest squared L2 move of any query over all pairs of neighbours, in parts of what a plan for entities of
/// `booked_rows` rows books for it.
double worst_move(const data::Unit& unit, std::uint32_t booked_rows) {
  const auto rows = visits();
  const auto asked = queries();
  std::vector<schema::Marginal> marginals;
  boundary::RoundPlan plan{.round = 1, .stage = "test", .entity_rows = booked_rows};
  for (const auto& query : asked) {
    marginals.push_back(query.marginal);
    plan.queries.push_back({query, privacy::noise_scale_at_least(1)});
  }
  const auto events = boundary::events_of(plan, columns.domain());
  const auto all = measure::exact_histograms(read(rows, {}, unit), marginals, 1);
  double worst = 0;
  for (std::uint64_t person = 0; person < 40; ++person) {
    const auto less = measure::exact_histograms(read(rows, person, unit), marginals, 1);
    for (std::size_t q = 0; q < asked.size(); ++q) {
      std::vector<std::int64_t> moved = all[q];
      for (std::size_t c = 0; c < moved.size(); ++c) moved[c] -= less[q][c];
      double squared = 0;
      for (const auto value : answer(asked[q], moved)) squared += static_cast<double>(value * value);
      const auto& event = std::get<privacy::GaussianEvent>(events[q]);
      worst = std::max(worst, squared / static_cast<double>(event.sensitivity.squared));
    }
  }
  return worst;
}

TEST(NeighbouringTables, MoveNoAnswerFurtherThanIsBooked) {
  for (const std::uint32_t max_rows : {1U, 3U, 12U}) {
    EXPECT_LE(worst_move({.column = "person", .max_rows = max_rows}, max_rows), 1) << max_rows;
    EXPECT_LE(worst_move({.column = "person", .max_rows = max_rows, .order = "day"}, max_rows), 1) << max_rows;
  }
}

TEST(NeighbouringTables, ReachTheBoundWhereAnEntitysRowsAreAlike) {
  EXPECT_EQ(worst_move({.column = "person", .max_rows = 3}, 3), 1);
}

TEST(NeighbouringTables, ShowATwinThatDoesNotClip) {
  EXPECT_GT(worst_move({.column = "person", .max_rows = 12}, 3), 1);
}

TEST(NeighbouringTables, ShowATwinThatTakesARowForAnEntity) { EXPECT_GT(worst_move({}, 1), 1); }

}  // namespace
}  // namespace fedloom
