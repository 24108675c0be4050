#include "fedloom/sampling/drawing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "fedloom/base/error.hpp"

namespace fedloom::sampling {
namespace {

/// Two components: one mostly of the old, the other of the young who are all female.
Source source() {
  schema::Schema schema({{"sex", schema::Categorical{{"female", "male"}}}, {"age", schema::Binned{true, {0, 50, 100}}}},
                        {});
  model::Generator generator(schema.domain(), 2);
  const auto log_of = [](double p) { return static_cast<float>(std::log(p)); };
  generator.set_logits(
      {log_of(0.5), log_of(0.5), log_of(0.25), log_of(0.75), log_of(1), -1000.0F, log_of(1), -1000.0F});
  boundary::Measurement by_sex{.query = {schema::Query::Kind::marginal, schema::Marginal{0U}}};
  by_sex.sigma = 30;
  return {.generator = std::move(generator),
          .card = {},
          .schema = std::move(schema),
          .released = {1000.0, {by_sex}},
          .folder = {}};
}

TEST(Drawing, TellsOfEachConditionWhatTheModelGivesIt) {
  const Source from = source();
  const Drawing drawing(from, {.rows = 100, .where = {"age>=50"}, .rare = {"sex=male:7"}});
  ASSERT_EQ(drawing.told().size(), 2U);
  EXPECT_EQ(drawing.told()[0].condition, "age>=50");
  EXPECT_NEAR(drawing.told()[0].knowledge.mass, 0.375, 1e-6);
  EXPECT_EQ(drawing.told()[1].condition, "age>=50 and sex=male");
  EXPECT_NEAR(drawing.told()[1].knowledge.mass, 0.1875, 1e-6);
  EXPECT_NEAR(drawing.told()[1].knowledge.effective_components, 1, 1e-6);
  EXPECT_EQ(drawing.rows(), 107U);
  EXPECT_EQ(drawing.strata().size(), 2U);
}

TEST(Drawing, KnowsWhereNoiseHidesTheRows) {
  const Source from = source();
  const Drawing drawing(from, {.rows = 1, .where = {}, .rare = {"sex=male:1", "sex=female:1"}});
  const Knowledge &male = drawing.told()[0].knowledge, &female = drawing.told()[1].knowledge;
  EXPECT_NEAR(male.rows.value(), 250, 1e-3);
  EXPECT_NEAR(male.sigma.value(), 30, 1e-9);
  EXPECT_FALSE(male.noise_hides_them());
  EXPECT_NEAR(male.rows_without_noise().value(), 250.0 * 250 / (250.0 + 900), 1e-3);
  EXPECT_EQ(female.table, "sex");
  Knowledge few = male;
  few.rows = 59;
  EXPECT_TRUE(few.noise_hides_them());
  EXPECT_NE(in_words(few, 2, true).find("epsilon does not let one know"), std::string::npos);
  EXPECT_EQ(in_words(male, 2, true).find("epsilon does not let one know"), std::string::npos);
}

TEST(Drawing, SplitsBalancedRowsAmongTheValues) {
  const Source from = source();
  const Drawing drawing(from, {.rows = 5, .where = {}, .balance = "sex"});
  ASSERT_EQ(drawing.strata().size(), 2U);
  EXPECT_EQ(drawing.strata()[0].rows, 3U);
  EXPECT_EQ(drawing.strata()[1].rows, 2U);
}

TEST(Drawing, MeetsMarginsThatWereRead) {
  const Source from = source();
  std::istringstream text("column,value,share\nsex,male,0.6\nsex,female,0.4\n");
  const Drawing drawing(from, {.rows = 10, .where = {}, .margins = read_margins(from.schema, text, "shares")});
  EXPECT_LT(drawing.misfit().value(), 1e-6);
  EXPECT_NEAR(drawing.strata()[0].rows_of->answer(schema::Marginal{0U})[1], 0.6, 1e-6);
}

TEST(Drawing, RefusesWhatTheModelCannotHave) {
  const Source from = source();
  EXPECT_THROW(Drawing(from, {.rows = 1, .where = {"height=3"}}), UsageError);
  EXPECT_THROW(Drawing(from, {.rows = 1, .where = {"age<50", "age>=50"}}), UsageError);
  std::istringstream text("column,value,share\nsex,male,0.5\n");
  EXPECT_THROW(read_margins(from.schema, text, "shares"), ConfigError);
}

}  // namespace
}  // namespace fedloom::sampling
