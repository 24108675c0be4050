#include "fedloom/boundary/measurement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fixtures.hpp"

namespace fedloom::boundary {
namespace {

using schema::Query;
using MeasurementDeathTest = ::testing::Test;

schema::Domain domain() { return schema::Domain({{"age", 3}, {"sex", 2}}); }

RoundPlan plan() {
  RoundPlan made{.round = 4, .stage = "measure"};
  made.queries.push_back(
      {{.marginal = schema::Marginal({0})}, {.variance_num = 100, .variance_shift = 2, .grid_bits = 1}});
  made.queries.push_back(
      {{.kind = Query::Kind::sketch, .marginal = schema::Marginal({0, 1}), .sketch_rows = 2, .sketch_seed = 9},
       {.variance_num = 64, .variance_shift = 0, .grid_bits = 0}});
  return made;
}

std::vector<Measurement> measurements() {
  const std::vector<std::int64_t> values{7, -3, 1000, -8, 6};
  return to_measurements(Total({values.begin(), values.end()}), plan(), domain(), 3);
}

std::string load_error(const std::string& text, const schema::Domain& over = domain()) {
  const test::TempFolder folder;
  write_atomically(folder / "m.jsonl", std::string_view(text));
  try {
    load_measurements(folder / "m.jsonl", over);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

std::string saved_text() {
  const test::TempFolder folder;
  save_measurements(folder / "m.jsonl", domain(), measurements());
  return read_text(folder / "m.jsonl");
}

TEST(Measurement, CutsATotalIntoItsQueriesAndCentresIt) {
  const auto got = measurements();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].query, plan().queries[0].query);
  EXPECT_EQ(got[0].grid_values, (std::vector<std::int64_t>{7, -3, 1000}));
  EXPECT_EQ(got[1].grid_values, (std::vector<std::int64_t>{-8, 6}));
  EXPECT_EQ(got[1].round, 4U);
}

TEST(Measurement, ValuesAreInCounts) {
  const auto got = measurements();
  EXPECT_EQ(got[0].value(1), -1.5);
  EXPECT_EQ(got[1].value(1), 6.0);
}

TEST(Measurement, SigmaIsThatOfAllSitesNoiseInCounts) {
  const auto got = measurements();
  EXPECT_DOUBLE_EQ(got[0].sigma, std::sqrt(3 * 25.0) / 2);
  EXPECT_DOUBLE_EQ(got[1].sigma, std::sqrt(3 * 64.0));
}

TEST(MeasurementDeathTest, ATotalOfAnotherLengthThanThePlanAborts) {
  EXPECT_DEATH(to_measurements(Total({1, 2, 3, 4}), plan(), domain(), 3), "broken invariant");
}

TEST(Measurement, AShareWithAllTheNoiseMayBeRevealed) {
  const auto expected = test::words_of(test::share_of({1, 2, 3}));
  EXPECT_EQ(reveal_central(test::share_of({1, 2, 3})).words(), expected);
}

TEST(MeasurementDeathTest, RevealingAShareWithOnlyPartOfTheNoiseAborts) {
  EXPECT_DEATH(reveal_central(test::share_of({1, 2, 3}, 2)), "broken invariant");
}

TEST(MeasurementFile, ComesBackUnchanged) {
  const test::TempFolder folder;
  save_measurements(folder / "m.jsonl", domain(), measurements());
  const auto got = load_measurements(folder / "m.jsonl", domain());
  ASSERT_EQ(got.size(), 2U);
  for (std::size_t k = 0; k < got.size(); ++k) {
    EXPECT_EQ(got[k].query, measurements()[k].query);
    EXPECT_EQ(got[k].grid_values, measurements()[k].grid_values);
    EXPECT_EQ(got[k].grid_bits, measurements()[k].grid_bits);
    EXPECT_EQ(got[k].sigma, measurements()[k].sigma);
    EXPECT_EQ(got[k].round, measurements()[k].round);
  }
}

/// A 1-way of the codes, and what a later round measured over two bins of the ages.
std::vector<Measurement> before_and_after_merging() {
  auto first = plan(), second = plan();
  first.queries.pop_back();
  second.coarsening = schema::Coarsening({{0, {0, 1, 1}}});
  const std::vector<std::int64_t> codes{7, -3, 1000}, bins{9, 990, -8, 6};
  auto all = to_measurements(Total({codes.begin(), codes.end()}), first, domain(), 3);
  for (auto& one : to_measurements(Total({bins.begin(), bins.end()}), second, domain(), 3)) all.push_back(one);
  return all;
}

TEST(MeasurementFile, TellsWhatIsOverBins) {
  const test::TempFolder folder;
  save_measurements(folder / "m.jsonl", domain(), before_and_after_merging());
  const auto got = load_measurements(folder / "m.jsonl", domain());
  ASSERT_EQ(got.size(), 3U);
  for (std::size_t k = 0; k < got.size(); ++k) {
    EXPECT_EQ(got[k].coarsening, before_and_after_merging()[k].coarsening) << k;
    EXPECT_EQ(got[k].grid_values, before_and_after_merging()[k].grid_values) << k;
  }
  auto text = read_text(folder / "m.jsonl");
  const auto at = text.find("\"coarsenings\"");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NE(load_error(text.replace(text.rfind(',', at), text.find('\n') - 1 - text.rfind(',', at), ""))
                .find("tells no coarsening"),
            std::string::npos);
}

TEST(MeasurementFile, OnlyWhatIsOfCodesCountsAsAOneWayOfThem) {
  const auto merged = one_way_of(0, before_and_after_merging());
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->counts, (std::vector<double>{3.5, -1.5, 500}));
  EXPECT_FALSE(one_way_of(1, before_and_after_merging()));
}

TEST(MeasurementFile, LinesMayBeAppended) {
  const auto text = saved_text();
  const auto last = text.substr(text.rfind('\n', text.size() - 2) + 1);
  const test::TempFolder folder;
  write_atomically(folder / "m.jsonl", std::string_view(text + last));
  EXPECT_EQ(load_measurements(folder / "m.jsonl", domain()).size(), 3U);
}

TEST(MeasurementFile, AnotherDomainIsRefused) {
  const auto error = load_error(saved_text(), schema::Domain({{"age", 4}, {"sex", 2}}));
  EXPECT_NE(error.find("m.jsonl:1"), std::string::npos) << error;
  EXPECT_NE(error.find("another domain"), std::string::npos) << error;
}

TEST(MeasurementFile, ABadLineIsNamed) {
  const std::vector<std::array<std::string, 3>> cases{
      {"\"values\":[7,", "\"values\":[", "m.jsonl:2"},
      {"\"values\":[7,", "\"values\":[7.5,", "not a whole number"},
      {"\"values\":[7,", "\"values\":[18446744073709551615,", "not a whole number"},
      {"\"sigma\":", "\"sigma\":-", "\"sigma\" must be a positive number"},
      {"\"grid_bits\":1", "\"grid_bits\":99", "\"grid_bits\" must be"},
      {"\"attributes\":[\"age\"]", "\"attributes\":[\"wage\"]", "no attribute \"wage\""},
      {"\"kind\":\"sketch\"", "\"kind\":\"mean\"", "m.jsonl:3"},
      {"\"round\":4", "\"turn\":4", "unknown key \"turn\""},
      {"\"version\":1", "\"version\":2", "another version"}};
  for (const auto& [from, to, said] : cases) {
    auto text = saved_text();
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    const auto error = load_error(text.replace(at, from.size(), to));
    EXPECT_NE(error.find(said), std::string::npos) << to << ": " << error;
  }
}

TEST(MeasurementFile, AHalfWrittenLastLineIsNamed) {
  const auto text = saved_text();
  const auto error = load_error(text.substr(0, text.size() - 10));
  EXPECT_NE(error.find("m.jsonl:3"), std::string::npos) << error;
}

}  // namespace
}  // namespace fedloom::boundary
