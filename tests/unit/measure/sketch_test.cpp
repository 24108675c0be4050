#include "sketch.hpp"

#include <gtest/gtest.h>

#include "tables.hpp"

namespace fedloom::measure {
namespace {

using schema::Marginal;
using schema::Query;

Query sketch(Marginal attributes) {
  return {.kind = Query::Kind::sketch, .marginal = attributes, .sketch_rows = 5, .sketch_seed = 3};
}

TEST(Sketch, IsTheSameFromTheRowsAsFromTheHistogram) {
  const auto table = test::skewed_table({5, 300, 70'000, 4}, 3'000);
  std::vector<Query> queries;
  for (const auto& attributes : {Marginal({1}), Marginal({0, 3}), Marginal({1, 3}), Marginal({2, 3})})
    queries.push_back(sketch(attributes));
  for (const unsigned threads : {1U, 3U}) {
    const auto from_rows = sketches_of_rows(table, queries, threads);
    for (std::size_t k = 0; k < queries.size(); ++k)
      EXPECT_EQ(from_rows[k], sketch_of(test::counted_plainly(table, queries[k].marginal), queries[k]));
  }
}

TEST(Sketch, ComesFromTheRowsWhereCellsAreFarMoreThanRows) {
  const auto table = test::skewed_table({2'000, 3'000, 4}, 3'000);
  EXPECT_TRUE(sketch_from_rows(table, sketch({0, 1})));
  EXPECT_FALSE(sketch_from_rows(table, sketch({0, 2})));
  EXPECT_FALSE(sketch_from_rows(table, {.kind = Query::Kind::marginal, .marginal = {0, 1}}));
}

}  // namespace
}  // namespace fedloom::measure
