#include "fedloom/evaluate/request.hpp"

#include <gtest/gtest.h>

#include <array>

#include "fedloom/base/error.hpp"

namespace fedloom::evaluate {
namespace {

schema::Schema small_schema() {
  return schema::Schema(
      {{"group", schema::Categorical{{"x", "y", "z"}}}, {"answer", schema::Categorical{{"no", "yes"}}}}, {});
}

std::string refused(const Request& request) {
  try {
    options_of(request, small_schema());
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Request, BecomesOptionsOfTheSchemasColumns) {
  const Options options = options_of({.degree = 2,
                                      .subgroups = {"answer"},
                                      .target = "answer",
                                      .protected_columns = {"group"},
                                      .learners = {"logistic"},
                                      .detection = false},
                                     small_schema());
  EXPECT_EQ(options.max_degree, 2U);
  EXPECT_EQ(options.subgroups, std::vector<std::uint32_t>{1});
  EXPECT_EQ(options.target.value().attribute, 1U);
  EXPECT_EQ(options.target.value().positive, 1U);
  EXPECT_EQ(options.protected_attributes, std::vector<std::uint32_t>{0});
  EXPECT_TRUE(options.logistic);
  EXPECT_FALSE(options.trees || options.propensity || options.detection);
  EXPECT_EQ(options_of({.target = "group=y"}, small_schema()).target.value().positive, 1U);
}

TEST(Request, IsRefusedWithASentence) {
  EXPECT_NE(refused({.target = "age"}).find("target names the column 'age'"), std::string::npos);
  EXPECT_NE(refused({.target = "group"}).find("does not have two values"), std::string::npos);
  EXPECT_NE(refused({.target = "group=w"}).find("names a value that the column 'group'"), std::string::npos);
  EXPECT_NE(refused({.own_test_rows = true}).find("about a task"), std::string::npos);
  EXPECT_NE(refused({.target = "answer", .learners = {"oracle"}}).find("no learner 'oracle'"), std::string::npos);
  EXPECT_NE(refused({.degree = 4}).find("degree"), std::string::npos);
}

TEST(StopCheck, EndsAnEvaluationAtWhicheverStepItThrows) {
  struct Stop {};
  const schema::Schema schema = small_schema();
  const auto rows = [&] {
    std::vector<Rows> all;
    all.push_back({"rows", data::Table(schema.domain()), {{}, {}}});
    for (std::uint32_t k = 0; k < 60; ++k) all[0].codes.append(std::array<std::uint32_t, 2>{k % 3, k % 2});
    return all;
  };
  int asked = 0;
  Options counting = options_of({.target = "answer", .learners = {"logistic"}}, schema);
  counting.check = [&] { ++asked; };
  evaluate(rows(), rows(), schema, std::move(counting));
  ASSERT_GT(asked, 10);
  for (int at = 1; at <= asked; ++at) {
    Options stopping = options_of({.target = "answer", .learners = {"logistic"}}, schema);
    int calls = 0;
    stopping.check = [&] {
      if (++calls == at) throw Stop{};
    };
    EXPECT_THROW(evaluate(rows(), rows(), schema, std::move(stopping)), Stop) << at;
  }
}

}  // namespace
}  // namespace fedloom::evaluate
