#include "fedloom/evaluate/evaluate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fedloom/base/public_stream.hpp"
#include "intervals.hpp"

namespace fedloom::evaluate {
namespace {

schema::Schema small_schema() {
  return schema::Schema({{"group", schema::Categorical{{"x", "y"}}},
                         {"size", schema::Binned{true, {0, 1, 2, 3, 4}}},
                         {"answer", schema::Categorical{{"no", "yes"}}}},
                        {});
}

/// `answer` follows `size` where `flip` is 0, and is a coin's where it is ½; by a public stream.
Rows made_rows(const std::string& name, std::size_t count, double flip, std::uint64_t seed) {
  const auto schema = small_schema();
  Rows rows{name, data::Table(schema.domain()), {{}, {}, {}}};
  PublicStream stream(seed, "test rows");
  for (std::size_t k = 0; k < count; ++k) {
    const auto size = static_cast<std::uint32_t>(stream.below(4));
    const bool yes = (size >= 2) != (stream.uniform() < flip);
    rows.codes.append(std::array<std::uint32_t, 3>{static_cast<std::uint32_t>(stream.below(2)), size, yes});
    rows.numbers[1].push_back(size);
  }
  return rows;
}

std::vector<Rows> list(Rows first) {
  std::vector<Rows> rows;
  rows.push_back(std::move(first));
  return rows;
}
std::vector<Rows> list(Rows first, Rows second) {
  auto rows = list(std::move(first));
  rows.push_back(std::move(second));
  return rows;
}

Options quick() {
  Options options;
  options.threads = 1;
  options.propensity = options.detection = false;
  return options;
}

Options with_target() {
  Options options = quick();
  options.target = Target{.attribute = 2, .positive = 1};
  options.protected_attributes = {0};
  return options;
}

TEST(Evaluate, OfTheSameRowsFindsNoDifference) {
  const auto found =
      evaluate(list(made_rows("r", 500, 0.1, 1)), list(made_rows("s", 500, 0.1, 1)), small_schema(), quick());
  ASSERT_EQ(found.samples.size(), 1U);
  const auto& sample = found.samples[0];
  for (const auto& error : sample.errors) EXPECT_NEAR(error.mean, 0, 1e-12);
  EXPECT_NEAR(sample.k_marginal, 1000, 1e-9);
  EXPECT_NEAR(sample.column_shapes, 1, 1e-12);
  EXPECT_NEAR(sample.pair_trends, 1, 1e-12);
  EXPECT_NEAR(sample.cramers_v_difference, 0, 1e-12);
  EXPECT_TRUE(found.intervals.empty());
  EXPECT_TRUE(found.sites.empty());
}

TEST(Evaluate, HasNumbersOfAllRowsOrOfNone) {
  auto without = made_rows("of a data base", 200, 0, 2);
  without.numbers[1].clear();
  const auto all = together(list(made_rows("of a file", 300, 0, 1), std::move(without)));
  EXPECT_EQ(all.codes.rows(), 500U);
  EXPECT_TRUE(all.numbers[1].empty());
  EXPECT_EQ(together(list(made_rows("a", 300, 0, 1), made_rows("b", 200, 0, 2))).numbers[1].size(), 500U);
}

TEST(Evaluate, TakesSitesTogetherAndShowsEachByItself) {
  const auto found = evaluate(list(made_rows("north", 300, 0, 1), made_rows("south", 200, 0.5, 2)),
                              list(made_rows("s", 400, 0, 3)), small_schema(), quick());
  EXPECT_EQ(found.rows_real, 500U);
  ASSERT_EQ(found.sites.size(), 2U);
  EXPECT_EQ(found.sites[0].site, "north");
  EXPECT_EQ(found.sites[1].rows, 200U);
  EXPECT_LT(found.sites[0].errors[1].mean, found.sites[1].errors[1].mean);
}

TEST(Evaluate, ComparesSubgroupsAmongThemselves) {
  auto options = quick();
  options.subgroups = {2};
  auto real = made_rows("r", 400, 0, 1);
  const auto found =
      evaluate(list(std::move(real)), list(made_rows("s", 400, 0.5, 2)), small_schema(), std::move(options));
  ASSERT_EQ(found.samples[0].subgroups.size(), 2U);
  const auto& yes = found.samples[0].subgroups[1];
  EXPECT_EQ(yes.code, 1U);
  // Where the answer is yes, real sizes are 2 or 3 and synthetic ones any: about half of the mass is elsewhere.
  EXPECT_NEAR(yes.errors[0].worst / 2, 0.5, 0.08);
}

TEST(Evaluate, LeavesASubgroupWithoutRowsEmpty) {
  auto options = quick();
  options.subgroups = {0};
  Rows real = made_rows("r", 200, 0, 1);
  const auto only_x = rows_with(real.codes, 0, 0);
  const auto found = evaluate(list(std::move(real)), list(rows_at(made_rows("r", 200, 0, 1), only_x)), small_schema(),
                              std::move(options));
  const auto& y = found.samples[0].subgroups[1];
  EXPECT_EQ(y.rows_synthetic, 0U);
  EXPECT_TRUE(y.errors.empty());
}

TEST(Evaluate, FindsThatOneLawCannotBeToldFromItselfByRegression) {
  auto options = quick();
  options.propensity = options.detection = true;
  const auto found = evaluate(list(made_rows("r", 4000, 0.3, 1)), list(made_rows("s", 4000, 0.3, 2)), small_schema(),
                              std::move(options));
  ASSERT_TRUE(found.samples[0].propensity);
  EXPECT_EQ(found.samples[0].propensity->parameters, 6U);  // 1 + (2 − 1) + (4 − 1) + (2 − 1)
  EXPECT_LT(found.samples[0].propensity->ratio, 4);
  if (found.samples[0].detection) {
    EXPECT_NEAR(found.samples[0].detection->auroc, 0.5, 0.03);
  }
}

TEST(Evaluate, FindsByTreesWhatOnlyAPairShows) {
  if (const auto why = why_no_trees()) GTEST_SKIP() << *why;
  auto options = quick();
  options.propensity = options.detection = true;
  const auto found = evaluate(list(made_rows("r", 4000, 0, 1)), list(made_rows("s", 4000, 0.5, 2)), small_schema(),
                              std::move(options));
  // Half of the synthetic rows break a rule that all real rows keep: AUROC ¾.
  EXPECT_NEAR(found.samples[0].detection->auroc, 0.75, 0.02);
  EXPECT_NEAR(found.samples[0].propensity->auroc, 0.5, 0.05);
}

TEST(Evaluate, TestsWhatIsLearnedFromSyntheticRowsOnRealOnes) {
  const auto found =
      evaluate(list(made_rows("r", 3000, 0.1, 1)),
               list(made_rows("good", 2000, 0.1, 2), made_rows("bad", 2000, 0.5, 3)), small_schema(), with_target());
  ASSERT_TRUE(found.task);
  EXPECT_EQ(found.task->test_rows, 1000U);
  EXPECT_EQ(found.task->train_rows, 2000U);
  for (std::size_t k = 0; k < found.task->from_real.size(); ++k) {
    // Right for nine of ten: AUROC 0.9.
    EXPECT_NEAR(found.task->from_real[k].scores.auroc, 0.9, 0.03);
    EXPECT_NEAR(found.samples[0].learned[k].scores.auroc, found.task->from_real[k].scores.auroc, 0.02);
    EXPECT_LT(found.samples[1].learned[k].scores.auroc, 0.85);
    EXPECT_EQ(found.samples[0].learned[k].scores.gaps.at(0).groups, 2U);
  }
}

TEST(Evaluate, TakesHeldOutRowsWhereTheyAreNamed) {
  auto options = with_target();
  options.test = made_rows("t", 700, 0.1, 9);
  const auto found = evaluate(list(made_rows("r", 900, 0.1, 1)), list(made_rows("s", 900, 0.1, 2)), small_schema(),
                              std::move(options));
  EXPECT_TRUE(found.task->own_test_rows);
  EXPECT_EQ(found.task->test_rows, 700U);
  EXPECT_EQ(found.task->train_rows, 900U);
}

TEST(Evaluate, OfRowsWithOneAnswerOnlyLearnsToAlwaysGiveIt) {
  Rows constant{"s", data::Table(small_schema().domain()), {{}, {}, {}}};
  for (std::uint32_t k = 0; k < 100; ++k) {
    constant.codes.append(std::array<std::uint32_t, 3>{k % 2, k % 4, 0});
    constant.numbers[1].push_back(k % 4);
  }
  const auto found =
      evaluate(list(made_rows("r", 900, 0.1, 1)), list(std::move(constant)), small_schema(), with_target());
  for (const auto& learned : found.samples[0].learned) {
    EXPECT_DOUBLE_EQ(learned.scores.auroc, 0.5);
    EXPECT_DOUBLE_EQ(learned.scores.accuracy, 1 - found.task->positive_share);
  }
}

TEST(Evaluate, SaysWhatItLeavesOutWithoutLightGbm) {
  setenv("FEDLOOM_LIGHTGBM", "/nowhere/lib_lightgbm.so", 1);
  auto options = with_target();
  options.propensity = options.detection = true;
  const auto found = evaluate(list(made_rows("r", 900, 0.1, 1)), list(made_rows("s", 900, 0.1, 2)), small_schema(),
                              std::move(options));
  unsetenv("FEDLOOM_LIGHTGBM");
  ASSERT_EQ(found.skipped.size(), 2U);
  EXPECT_EQ(found.skipped[0].what, "TSTR by boosted trees");
  EXPECT_NE(found.skipped[1].why.find("launch/setup"), std::string::npos);
  ASSERT_EQ(found.task->from_real.size(), 1U);
  EXPECT_EQ(found.task->from_real[0].learner, "logistic regression");
}

TEST(Evaluate, OfSeveralSamplesGivesMeanAndInterval) {
  const auto found = evaluate(list(made_rows("r", 900, 0.1, 1)),
                              list(made_rows("a", 900, 0.1, 2), made_rows("b", 900, 0.1, 3)), small_schema(), quick());
  ASSERT_FALSE(found.intervals.empty());
  EXPECT_EQ(found.intervals[0].figure, "tv_1_way_mean");
  EXPECT_NEAR(found.intervals[0].mean, (found.samples[0].errors[0].mean + found.samples[1].errors[0].mean) / 4, 1e-12);
}

TEST(Intervals, AreStudents) {
  // Standard error 1/√3 with 2 degrees of freedom, whose 97.5 % point is 4.302653.
  const auto interval = interval_of("x", {1, 2, 3});
  EXPECT_DOUBLE_EQ(interval.mean, 2);
  EXPECT_NEAR(interval.half_width, 4.302653 / std::sqrt(3.0), 1e-6);
  EXPECT_TRUE(std::isnan(interval_of("x", {1}).half_width));
}

TEST(Evaluate, OfAnotherSchemaOrNoTablesIsRefused) {
  const schema::Schema other({{"a", schema::Coded{3}}}, {});
  EXPECT_THROW(evaluate(list(made_rows("r", 9, 0, 1)), list(made_rows("s", 9, 0, 1)), other, quick()),
               std::invalid_argument);
  EXPECT_THROW(evaluate({}, list(made_rows("s", 9, 0, 1)), small_schema(), quick()), std::invalid_argument);
}

TEST(EvaluationJson, BeginsWithAWarningThatItIsPrivate) {
  const auto found =
      evaluate(list(made_rows("r", 300, 0.1, 1)), list(made_rows("s", 300, 0.1, 2)), small_schema(), with_target());
  const auto text = to_json(found, small_schema());
  EXPECT_EQ(text.substr(0, 11), "{\"private\":");
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["rows_real"], 300);
  EXPECT_EQ(json["samples"][0]["marginals"][2]["degree"], 3);
  EXPECT_EQ(json["samples"][0]["pairs"].size(), 3U);
  EXPECT_EQ(json["task"]["positive"], "yes");
  // One number of each pair only: no correlation is defined.
  EXPECT_TRUE(json["samples"][0]["pairs"][0]["pearson"][0].is_null());
}

TEST(EvaluationText, BeginsWithAWarningThatItIsPrivate) {
  const auto found =
      evaluate(list(made_rows("r", 300, 0.1, 1)), list(made_rows("s", 300, 0.1, 2)), small_schema(), with_target());
  const auto text = to_text(found, small_schema());
  EXPECT_EQ(text.substr(0, 8), "PRIVATE:");
  EXPECT_NE(text.find("foretell answer = yes"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::evaluate
