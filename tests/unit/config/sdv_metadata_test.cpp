#include "fedloom/config/sdv_metadata.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fedloom::config {
namespace {

using nlohmann::json;
using schema::Binned;
using schema::Calendar;
using schema::Categorical;

schema::Schema every_kind() {
  return schema::Schema(
      {{"sex", Categorical{{"female", "male"}}},
       {"smokes", Categorical{{"False", "True"}}},
       {"maybe", Categorical{{"true", "false"}, schema::Outside::other}},
       {"ward", schema::Coded{7}},
       {"age", Binned{true, {0, 50, 100}}},
       {"weight", Binned{false, {0, 60, 200}}, true},
       {"seen", Binned{.integer = true, .edges = {0, 10, 20}, .calendar = Calendar::date}},
       {"left", Binned{.integer = true, .edges = {0, 10, 20}, .calendar = Calendar::datetime}},
       {"born", Binned{.integer = true, .edges = {0, 10, 20}, .calendar = Calendar::date, .format = {"%d.%m.%Y"}}}},
      {"person", "visit"});
}

TEST(SdvMetadata, NamesTheKindOfEveryColumn) {
  const json metadata = json::parse(sdv_metadata(every_kind(), {.table = "patients"}));
  EXPECT_EQ(metadata["METADATA_SPEC_VERSION"], "V1");
  EXPECT_EQ(metadata["relationships"], json::array());
  ASSERT_EQ(metadata["tables"].size(), 1U);
  const json& table = metadata["tables"]["patients"];
  EXPECT_EQ(table["primary_key"], "person");
  const json expected{{"person", {{"sdtype", "id"}}},
                      {"visit", {{"sdtype", "id"}}},
                      {"sex", {{"sdtype", "categorical"}}},
                      {"smokes", {{"sdtype", "boolean"}}},
                      {"maybe", {{"sdtype", "categorical"}}},
                      {"ward", {{"sdtype", "categorical"}}},
                      {"age", {{"sdtype", "numerical"}}},
                      {"weight", {{"sdtype", "numerical"}}},
                      {"seen", {{"sdtype", "datetime"}, {"datetime_format", "%Y-%m-%d"}}},
                      {"left", {{"sdtype", "datetime"}, {"datetime_format", "%Y-%m-%dT%H:%M:%S"}}},
                      {"born", {{"sdtype", "datetime"}, {"datetime_format", "%d.%m.%Y"}}}};
  EXPECT_EQ(table["columns"], expected);
}

TEST(SdvMetadata, OfOneTableHasItsColumnsOnTop) {
  const json named = json::parse(sdv_metadata(every_kind()));
  const json alone = json::parse(sdv_metadata(every_kind(), {.single_table = true}));
  EXPECT_EQ(alone["METADATA_SPEC_VERSION"], "SINGLE_TABLE_V1");
  EXPECT_EQ(alone["columns"], named["tables"]["synthetic"]["columns"]);
  EXPECT_EQ(alone["primary_key"], "person");
  EXPECT_FALSE(alone.contains("tables"));
}

TEST(SdvMetadata, HasNoKeyWhereThereIsNoIdentifier) {
  const schema::Schema schema({{"sex", Categorical{{"female", "male"}}}}, {});
  EXPECT_FALSE(json::parse(sdv_metadata(schema, {.single_table = true})).contains("primary_key"));
}

}  // namespace
}  // namespace fedloom::config
