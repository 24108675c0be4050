#include <gtest/gtest.h>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::config::test {
namespace {

constexpr const char* kAttributes = R"(version: 1
attributes:
  - {name: sex, type: categorical, values: [female, male]}
  - {name: pregnant, type: categorical, values: ["no", "yes"], missing: true}
  - {name: level, type: categorical, values: [low, middle, high], outside: other}
  - {name: number, type: integer, min: 1, max: 3, width: 1}
  - {name: start, type: integer, min: 0, max: 29, width: 10}
  - {name: end, type: integer, min: 0, max: 29, width: 10, missing: true}
  - {name: a, type: integer, min: 0, max: 9, width: 5}
  - {name: b, type: integer, min: 0, max: 9, width: 5}
  - {name: t, type: integer, min: 0, max: 18, width: 6}
  - {name: patient, role: id}
)";

schema::Schema read(const ConfigFolder& folder, const std::string& constraints) {
  return load_schema(folder.write("s.yaml", kAttributes + std::string("constraints:\n") + constraints));
}

std::string error_of(const std::string& constraints) {
  const ConfigFolder folder;
  try {
    read(folder, "  - " + constraints + "\n");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "read";
}

constexpr const char* kAll =
    "  - never: {sex: male, pregnant: [\"yes\", missing]}\n"
    "  - determines: {from: level, to: number, by: order}\n"
    "  - at_most: [start, end]\n"
    "  - sum: {parts: [a, b], total: t}\n"
    "  - never: {start: 10..29, a: 0..4}\n";

#define EXPECT_SAYS(error, part) EXPECT_NE((error).find(part), std::string::npos) << (error)

TEST(ConstraintsKey, IsReadIntoCodes) {
  const ConfigFolder folder;
  const auto schema = read(folder, kAll);
  const auto& list = schema.constraints().list();
  ASSERT_EQ(list.size(), 5U);
  const auto& never = std::get<schema::Never>(list[0].rule);
  ASSERT_EQ(never.parts.size(), 2U);
  EXPECT_EQ(never.parts[0].codes, (std::vector<std::uint32_t>{1, 2}));  // pregnant: in the order of their names
  EXPECT_EQ(std::get<schema::Determines>(list[1].rule).table,
            (std::vector<std::uint32_t>{0, 1, 2, schema::Determines::any}));
  EXPECT_FALSE(std::get<schema::Less>(list[2].rule).strict);
  EXPECT_EQ(list[3].text, "a + b = t");
  EXPECT_EQ(std::get<schema::Never>(list[4].rule).parts[1].codes, (std::vector<std::uint32_t>{1, 2}));
}

TEST(ConstraintsKey, WrittenIsReadBackWithTheSameHash) {
  const ConfigFolder folder;
  const auto schema = read(folder, kAll);
  const auto again = load_schema(folder.write("again.yaml", schema_yaml(schema)));
  EXPECT_EQ(again.hash(), schema.hash());
  EXPECT_EQ(again.constraints().list().size(), 5U);
}

TEST(ConstraintsKey, NamesColumnsAndValuesThatAreNotThere) {
  EXPECT_SAYS(error_of("never: {sxe: male, pregnant: yes}"), "there is no column 'sxe'; did you mean 'sex'?");
  EXPECT_SAYS(error_of("less: [patient, start]"), "there is no column 'patient'; name a column of this schema");
  EXPECT_SAYS(error_of("never: {sex: man, pregnant: yes}"), "'sex' has no such value");
  EXPECT_SAYS(error_of("never: {sex: male, start: 5..19}"), "inside a bin");
  EXPECT_SAYS(error_of("never: {sex: , pregnant: yes}"), "not text");
  EXPECT_SAYS(error_of("never: {sex: [], pregnant: yes}"), "the list holds nothing");
  EXPECT_SAYS(error_of("{never: {sex: male, pregnant: yes}, less: [start, end]}"), "exactly one of");
  EXPECT_SAYS(error_of("nevr: {sex: male, pregnant: yes}"), "did you mean 'never'?");
  EXPECT_SAYS(error_of("never: {sex: male}"), "two columns at least");
}

TEST(ConstraintsKey, NamesWhatIsWrongWithATable) {
  EXPECT_SAYS(error_of("determines: {from: level, to: number}"), "exactly one of table and by");
  EXPECT_SAYS(error_of("determines: {from: sex, to: number, by: order}"), "as many values");
  EXPECT_SAYS(error_of("determines: {from: sex, to: number, table: {male: 1}}"), "lacks the value 'female'");
  EXPECT_SAYS(error_of("determines: {from: sex, to: start, table: {male: 0..29, female: 0..9}}"), "several bins");
}

TEST(ConstraintsKey, NamesWhatCannotBeKept) {
  EXPECT_SAYS(error_of("less: [sex, start]"), "'sex' has no numbers");
  EXPECT_SAYS(error_of("less: [start, start]"), "'start' twice");
  EXPECT_SAYS(error_of("never: {sex: [male, female], start: 0..29}"), "contradict");
  EXPECT_SAYS(error_of("sum: {parts: [a], total: a}"), "'a' twice");
}

TEST(ConstraintsKey, StandsWithItsLine) { EXPECT_SAYS(error_of("less: [start, ned]"), "s.yaml:14:19"); }

class BadConstraints : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadConstraints, AreRefusedWithTheirSentence) {
  const ConfigFolder folder;
  EXPECT_SAYS(folder.schema_error(GetParam().yaml), GetParam().sentence);
}

BadFile bad(const char* name, const std::string& constraint, const char* sentence) {
  return {name, kAttributes + std::string("constraints:\n  - ") + constraint + "\n", sentence};
}

}  // namespace

std::vector<BadFile> bad_constraints() {
  return {
      {"constraints", kAttributes + std::string("constraints: {never: {}}\n"), ":13:14: 'constraints' must be a list"},
      bad("constraint", "never", ":14:5: item 1 of 'constraints' must be a mapping"),
      bad("never", "never: [sex, pregnant]", ":14:12: 'never' must be a mapping {column: value, column: [value, …]}"),
      bad("determines", "determines: sex", ":14:17: 'determines' must be a mapping"),
      bad("from", "determines: {to: sex, by: order}", ":14:17: 'determines' lacks 'from'"),
      bad("to", "determines: {from: sex, to: [a]}", ":14:33: 'to' must be the name of a column"),
      bad("table", "determines: {from: sex, to: number, table: []}",
          ":14:48: 'table' must be a mapping {value: value}"),
      bad("by", "determines: {from: sex, to: number, by: size}", ":14:45: 'by' must be order, not 'size'"),
      bad("less", "less: start", ":14:11: 'less' must be a list"),
      bad("less_one", "less: [start]", ":14:11: 'less' must have at least 2 items, and has 1"),
      bad("less_column", "less: [start, [end]]", ":14:19: item 2 of 'less' must be the name of a column, not a list"),
      bad("at_most_column", "at_most: [{}, end]",
          ":14:15: item 1 of 'at_most' must be the name of a column, not a mapping"),
      bad("at_most", "at_most: {start: end}", ":14:14: 'at_most' must be a list"),
      bad("at_most_three", "at_most: [a, b, t]", ":14:14: 'at_most' must have at most 2 items, and has 3"),
      bad("sum", "sum: [a, b]", ":14:10: 'sum' must be a mapping"),
      bad("parts", "sum: {parts: a, total: t}", ":14:18: 'parts' must be a list"),
      bad("parts_none", "sum: {parts: [], total: t}", ":14:18: 'parts' must have at least 1 items, and has 0"),
      bad("parts_column", "sum: {parts: [a, []], total: t}",
          ":14:22: item 2 of 'parts' must be the name of a column, not a list"),
      bad("total", "sum: {parts: [a, b]}", "'sum' lacks 'total'"),
      bad("unknown", "sum: {part: [a, b], total: t}", "'part' is not a known key in 'sum'; did you mean 'parts'?")};
}

namespace {

INSTANTIATE_TEST_SUITE_P(Schema, BadConstraints, ::testing::ValuesIn(bad_constraints()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace fedloom::config::test
