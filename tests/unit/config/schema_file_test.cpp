#include <gtest/gtest.h>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::config::test {
namespace {

using schema::Binned;
using schema::Categorical;
using schema::Coded;
using schema::Outside;

schema::Schema load_text(const ConfigFolder& folder, const std::string& columns) {
  return load_schema(folder.write("s.yaml", "version: 1\nattributes:\n" + columns));
}
std::vector<double> edges_of(const std::string& column) {
  const ConfigFolder folder;
  return std::get<Binned>(load_text(folder, "  - {name: x, " + column + "}\n").attributes()[0].type).edges;
}
using Edges = std::vector<double>;

TEST(SchemaFile, GivesEachKindOfColumn) {
  const ConfigFolder folder;
  const schema::Schema schema = load_schema(folder / "schema.yaml");
  ASSERT_EQ(schema.attributes().size(), 4u);
  EXPECT_EQ(schema.ids(), (std::vector<std::string>{"person"}));
  const auto& age = std::get<Binned>(schema.attributes()[0].type);
  EXPECT_TRUE(age.integer);
  EXPECT_EQ(age.outside, Outside::clip);
  EXPECT_EQ(std::get<Categorical>(schema.attributes()[1].type).values, (std::vector<std::string>{"Female", "Male"}));
  EXPECT_EQ(std::get<Categorical>(schema.attributes()[1].type).outside, Outside::refuse);
  EXPECT_FALSE(std::get<Binned>(schema.attributes()[2].type).integer);
  EXPECT_TRUE(schema.attributes()[2].missing);
  EXPECT_EQ(schema.attributes()[2].missing_tokens, (std::vector<std::string>{"?", ""}));
  EXPECT_FALSE(schema.attributes()[1].missing);
  EXPECT_EQ(std::get<Coded>(schema.attributes()[3].type).size, 4u);
  EXPECT_EQ(std::get<Coded>(schema.attributes()[3].type).outside, Outside::clip);
}

TEST(SchemaFile, InsideAnotherFileNamesNoFile) {
  const ConfigFolder folder;
  const auto column = [](const std::string& tree) {
    return "version: 1\nattributes:\n  - {name: icd, type: hierarchical, tree: " + tree + "}\n";
  };
  const auto file = folder.write("icd.csv", "child,parent\nI21.4,I21\n");
  const schema::Schema schema = load_schema(folder.write("t.yaml", column("icd.csv")));
  for (const std::string& tree : {std::string("icd.csv"), file.string(), std::string("nowhere.csv")}) {
    try {
      read_schema(column(tree), folder / "t.yaml");
      ADD_FAILURE() << tree;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find("names a file of its own"), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(read_schema(schema_yaml(schema), "t.yaml").hash(), schema.hash());
}

TEST(SchemaFile, TakesCategoriesAsTextWhateverTheyLookLike) {
  const ConfigFolder folder;
  const auto schema =
      load_text(folder, "  - {name: 7, type: categorical, values: [1, 2.50, yes, no, true, 'null', '']}\n");
  EXPECT_EQ(schema.attributes()[0].name, "7");
  EXPECT_EQ(std::get<Categorical>(schema.attributes()[0].type).values,
            (std::vector<std::string>{"1", "2.50", "yes", "no", "true", "null", ""}));
}

TEST(SchemaFile, NamesTheOtherCategory) {
  const ConfigFolder folder;
  const auto schema = load_text(
      folder, "  - {name: x, type: categorical, values: [a], outside: other, other_label: rest, missing: true}\n");
  EXPECT_EQ(schema.label(0, 1), "rest");
  EXPECT_EQ(schema.domain().size(0), 3u);
  EXPECT_EQ(schema.attributes()[0].missing_tokens, (std::vector<std::string>{""}));
}

TEST(SchemaFile, DividesARangeIntoBins) {
  EXPECT_EQ(edges_of("type: real, min: 0, max: 1, bins: 4"), (Edges{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(edges_of("type: real, min: 0, max: 1, width: 0.3"), (Edges{0, 0.3, 0.6, 0.3 * 3, 1}));
  EXPECT_EQ(edges_of("type: real, min: 0, max: 0.3, width: 0.1").size(), 4u);
  EXPECT_EQ(edges_of("type: integer, min: 17, max: 30, width: 5"), (Edges{17, 22, 27, 30}));
  EXPECT_EQ(edges_of("type: integer, min: 1, max: 3, width: 1"), (Edges{1, 2, 3, 3}));
  EXPECT_EQ(edges_of("type: integer, min: 0, max: 9, bins: 2"), (Edges{0, 5, 9}));
  EXPECT_EQ(edges_of("type: integer, min: 0, max: 9, bins: 4"), (Edges{0, 2, 5, 7, 9}));
  EXPECT_EQ(edges_of("type: integer, min: 1, max: 3, bins: 3"), (Edges{1, 2, 3, 3}));
  EXPECT_EQ(edges_of("type: integer, edges: [0, 1, 5, 5]"), (Edges{0, 1, 5, 5}));
}

TEST(SchemaFile, WrittenIsReadBackWithTheSameHash) {
  const ConfigFolder folder;
  const auto schema =
      load_text(folder,
                "  - {name: \"a: #\\\"\\\\ \\u00e9\\n\", type: categorical, values: [\"- x\", ' ', \"\\t\"], "
                "outside: other, missing: [\"?\", NA]}\n"
                "  - {name: b, type: real, min: -0.1, max: 1e20, bins: 7, outside: refuse}\n"
                "  - {name: c, type: integer, min: 1, max: 3, width: 1, missing: true}\n"
                "  - {name: d, type: coded, size: 9, outside: clip}\n"
                "  - {name: g, type: categorical, values: [], outside: other, other_label: text, missing: true}\n"
                "  - {name: \"e, f\", role: id}\n"
                "  - {name: h, role: id, pattern: 'P-\"{:06d}'}\n");
  const auto again = load_schema(folder.write("again.yaml", schema_yaml(schema)));
  EXPECT_EQ(again.hash(), schema.hash());
  EXPECT_EQ(again.ids(), schema.ids());
  ASSERT_EQ(again.id_patterns().size(), 2u);
  EXPECT_EQ(again.id_patterns()[0].write(7), "7");
  EXPECT_EQ(again.id_patterns()[1].write(7), "P-\"000007");
}

TEST(SchemaFile, PlacesBinsOnALogarithmicScale) {
  EXPECT_EQ(edges_of("type: real, min: 1, max: 100, bins: 2, scale: log"), (Edges{1, 10, 100}));
  EXPECT_EQ(edges_of("type: real, min: 0, max: 100, bins: 2, scale: log, smallest: 1"), (Edges{0, 1, 10, 100}));
  EXPECT_EQ(edges_of("type: integer, min: 1, max: 1000000, bins: 6, scale: log"),
            (Edges{1, 10, 100, 1000, 10000, 100000, 1000000}));
  EXPECT_EQ(edges_of("type: integer, min: 1, max: 9, bins: 30, scale: log"), (Edges{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(SchemaFile, DividesDatesIntoBins) {
  EXPECT_EQ(edges_of("type: date, from: 1970-01-01, to: 1970-03-31, step: month"), (Edges{0, 31, 59, 89}));
  EXPECT_EQ(edges_of("type: date, from: 1970-01-01, to: 1970-01-03, step: day"), (Edges{0, 1, 2, 2}));
  EXPECT_EQ(edges_of("type: date, format: '%d.%m.%Y', from: 01.01.1970, to: 15.01.1970, step: week"),
            (Edges{0, 7, 14, 14}));
  EXPECT_EQ(edges_of("type: date, edges: [1970-01-01, 1970-02-01, 1970-03-01]"), (Edges{0, 31, 59}));
  EXPECT_EQ(edges_of("type: datetime, from: 1970-01-01, to: '1970-01-01T02:00', step: hour"),
            (Edges{0, 3600, 7200, 7200}));
  EXPECT_EQ(edges_of("type: date, from: 1970-01-01, to: 1970-01-10, bins: 2"), (Edges{0, 5, 9}));
}

TEST(SchemaFile, MakesAFineGridForPrivateBins) {
  const ConfigFolder folder;
  const auto binned = [&](const std::string& column) {
    return std::get<Binned>(load_text(folder, "  - {name: x, " + column + "}\n").attributes()[0].type);
  };
  const auto fine = binned("type: real, min: 0, max: 1, bins: {private: 8}");
  EXPECT_EQ(fine.private_bins, 8u);
  EXPECT_EQ(fine.edges.size(), 129u);
  EXPECT_EQ(binned("type: real, min: 0, max: 1, bins: {private: 8, grid: 20}").edges.size(), 21u);
  const auto few = binned("type: integer, min: 0, max: 30, bins: {private: 8}");
  EXPECT_EQ(few.edges.size(), 32u) << "a cell for each number";
  EXPECT_EQ(few.private_bins, 8u);
  const auto all = binned("type: integer, min: 0, max: 3, bins: {private: 8}");
  EXPECT_EQ(all.private_bins, 0u) << "nothing is to be merged";
  EXPECT_EQ(all.edges, (Edges{0, 1, 2, 3, 3}));
}

TEST(SchemaFile, KnowsTheNumbersThatAPartOfADateCanBe) {
  EXPECT_EQ(edges_of("type: integer, part: quarter"), (Edges{1, 2, 3, 4, 4}));
  EXPECT_EQ(edges_of("type: integer, part: hour, bins: 2"), (Edges{0, 12, 23}));
}

TEST(SchemaFile, ReadsATreeOfCodesFromAFile) {
  const ConfigFolder folder;
  folder.write("icd.csv", "child,parent\nI21.4,I21\nI21,I\nI,\n");
  const auto schema = load_text(folder, "  - {name: x, type: hierarchical, tree: icd.csv, values: [I21, I]}\n");
  EXPECT_EQ(schema.encode(0, "I21.4").code, 0u);
  EXPECT_EQ(schema.domain().size(0), 3u) << "I21, I and other";
  const auto all = load_text(folder, "  - {name: x, type: hierarchical, tree: icd.csv}\n");
  EXPECT_EQ(std::get<Categorical>(all.attributes()[0].type).values, (std::vector<std::string>{"I21.4", "I21", "I"}));
}

TEST(SchemaFile, RefusesAFileThatIsNoTree) {
  const ConfigFolder folder;
  const auto error_of = [&](const std::string& tree) {
    folder.write("icd.csv", tree);
    try {
      load_text(folder, "  - {name: x, type: hierarchical, tree: icd.csv}\n");
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(error_of("a,b\n").find("icd.csv:1: the tree's first line is not 'child,parent'"), std::string::npos);
  EXPECT_NE(error_of("child,parent\na\n").find("icd.csv:2: a line of the tree is not child,parent"), std::string::npos);
  EXPECT_NE(error_of("child,parent\n\"a,b\n").find("icd.csv:2: the tree is no CSV file"), std::string::npos);
}

TEST(SchemaFile, OfEveryOtherKindIsReadBackWithTheSameHash) {
  const ConfigFolder folder;
  const auto schema =
      load_text(folder,
                "  - {name: a, type: date, from: 2020-01-01, to: 2021-12-31, step: month, column: b, missing: true}\n"
                "  - {name: c, type: datetime, format: '%d.%m.%Y %H:%M', from: 01.01.2020 00:00, to: 01.01.2021 00:00, "
                "step: week}\n"
                "  - {name: d, type: hierarchical, tree: [[I21.4, I21]], values: [I21]}\n"
                "  - {name: e, type: hierarchical, prefix: true, values: [I21], outside: refuse}\n"
                "  - {name: f, type: integer, part: weekday, column: b, format: '%Y%m%d'}\n"
                "  - {name: g, type: integer, min: 0, max: 900, bins: {private: 9}, since: b}\n"
                "  - {name: h, type: real, min: 0, max: 9, bins: 3, derive: {ratio: [x, y]}}\n"
                "  - {name: i, type: real, min: 0, max: 9, bins: 3, derive: {sum: [x, y, z]}}\n"
                "  - {name: j, type: real, min: 0, max: 9, bins: 3, derive: {difference: [x, y], in: years}}\n");
  const auto again = load_schema(folder.write("again.yaml", schema_yaml(schema)));
  EXPECT_EQ(again.hash(), schema.hash());
  for (std::size_t i = 0; i < schema.attributes().size(); ++i) {
    EXPECT_EQ(again.attributes()[i].sources(), schema.attributes()[i].sources());
  }
}

class BadSchema : public ::testing::TestWithParam<BadFile> {
 protected:
  ConfigFolder folder_;
};

TEST_P(BadSchema, IsRefusedWithASentence) {
  const std::string error = folder_.schema_error(GetParam().yaml);
  EXPECT_NE(error.find(GetParam().sentence), std::string::npos) << error;
}

BadFile bad(const char* name, std::string_view old_part, std::string_view new_part, const char* sentence) {
  return {name, with(good_schema, old_part, new_part), sentence};
}
/// One column on line 3, which begins at column 5.
BadFile column(const char* name, const std::string& fields, const char* sentence) {
  return {name, "version: 1\nattributes:\n  - {name: x, " + fields + "}\n", sentence};
}

}  // namespace

std::vector<BadFile> bad_schemas() {
  return {
      bad("version", "version: 1", "version: 0", ":1:10: 'version' must be 1, not 0"),
      bad("no_version", "version: 1\n", "", ":1:1: the file lacks 'version'"),
      {"no_attributes", "version: 1\n", ":1:1: the file lacks 'attributes'"},
      {"no_columns", "version: 1\nattributes: []\n", ":2:13: 'attributes' must have at least 1 items, and has 0"},
      {"attributes_type", "version: 1\nattributes: {age: {}}\n", ":2:13: 'attributes' must be a list"},
      {"only_ids", "version: 1\nattributes: [{name: a, role: id}]\n", ":2:13: all columns are ids"},
      {"unknown_top", "version: 1\nattribute: []\n",
       ":2:1: 'attribute' is not a known key here; did you mean 'attributes'?"},
      bad("name", "name: age", "name: ''", ":3:11: 'name' must be the name of a column, not ''"),
      bad("no_name", "name: age\n    type", "type", ":3:5: item 1 of 'attributes' lacks 'name'"),
      bad("name_twice", "name: sex", "name: age", ":8:11: there are two columns 'age'; remove or rename one"),
      bad("name_twice_id", "name: person", "name: age", ":21:11: there are two columns 'age'"),
      bad("type", "type: integer", "type: int",
          ":4:11: 'type' must be one of categorical, integer, real, date, datetime, hierarchical, coded, not 'int'"),
      bad("no_type", "    type: integer\n", "", ":3:5: the column 'age' lacks 'type'; add type: categorical, integer"),
      bad("role", "role: id", "role: key", ":22:11: 'role' must be id, not 'key'"),
      bad("pattern", "role: id", "role: id\n    pattern: P-",
          ":23:14: 'pattern' cannot be used: it has no place for the row's number; write it as P-{:06d}"),
      bad("pattern_short", "role: id", "role: id\n    pattern: '{'",
          ":23:14: 'pattern' must be a text such as P-{:06d}"),
      bad("pattern_braces", "role: id", "role: id\n    pattern: '{:6d}'",
          ":23:14: 'pattern' cannot be used: what stands in its braces"),
      column("pattern_of_values", "type: coded, size: 2, pattern: 'P-{}'",
             "'pattern' means nothing for a column of coded"),
      bad("role_and_type", "role: id", "role: id\n    type: real",
          ":23:5: 'type' means nothing for a column of role id"),
      bad("unknown", "min: 17", "minimum: 17", ":5:5: 'minimum' is not a known key in item 1 of 'attributes'"),
      bad("values", "values: [Female, Male]", "values: Female", ":10:13: 'values' must be a list"),
      bad("values_none", "values: [Female, Male]", "values: []", ":10:13: 'values' lists nothing; list its categories"),
      bad("values_null", "values: [Female, Male]", "values: [Female, ~]",
          ":10:22: item 2 of 'values' must be text, not nothing"),
      bad("values_twice", "values: [Female, Male]", "values: [Male, Male]",
          ":10:20: 'values' lists 'Male' twice; remove"),
      column("no_values", "type: categorical", ":3:5: the column 'x' lacks 'values'; list its categories"),
      column("value_is_missing", "type: categorical, values: [a, ''], missing: true",
             ":3:5: the attribute 'x' lists '' as a value and as missing"),
      column("value_is_other", "type: categorical, values: [other], outside: other",
             "lists the value 'other', which is also the label of its other values"),
      column("values_for_number", "type: real, edges: [0, 1], values: [a]",
             ":3:42: 'values' means nothing for a column of real; remove it; what it may have: type, min"),
      column("other_label", "type: categorical, values: [a], other_label: ''",
             ":3:60: 'other_label' must be the name of a category"),
      column("other_label_alone", "type: categorical, values: [a], other_label: b",
             ":3:60: 'other_label' needs outside: other"),
      bad("min", "min: 17", "min: young", ":5:10: 'min' must be a number, not 'young'"),
      bad("min_fraction", "min: 17", "min: 17.5", ":5:10: 'min' of an integer must be a whole number"),
      column("no_min", "type: real, max: 1, bins: 2", ":3:5: the column 'x' lacks 'min'; give its bounds from public"),
      column("no_max", "type: real, min: 1, bins: 2", ":3:5: the column 'x' lacks 'max'"),
      column("min_and_edges", "type: real, min: 0, edges: [0, 1]", ":3:32: 'min' and 'edges' do not go together"),
      bad("max", "max: 90", "max: [90]", ":6:10: 'max' must be a number, not a list"),
      bad("max_below_min", "max: 90", "max: 17", ":6:10: 'max' must be above 'min'"),
      column("bins", "type: real, min: 0, max: 1, bins: 0",
             ":3:49: 'bins' must be a whole number at least 1 and at most 1000000, or {private: number}, not 0"),
      column("private", "type: real, min: 0, max: 1, bins: {private: 1}",
             ":3:59: 'private' must be a whole number at least 2 and at most 64, not 1"),
      column("private_missing", "type: real, min: 0, max: 1, bins: {grid: 99}", ":3:49: 'bins' lacks 'private'"),
      column("grid", "type: real, min: 0, max: 1, bins: {private: 4, grid: 2}",
             ":3:68: 'grid' must be a whole number at least 3"),
      column("grid_coarse", "type: real, min: 0, max: 1, bins: {private: 4, grid: 4}",
             ":3:68: 'grid' must be above 'private'"),
      column("scale", "type: real, min: 1, max: 9, bins: 2, scale: cubic",
             ":3:59: 'scale' must be one of linear, log, not 'cubic'"),
      column("scale_from_zero", "type: real, min: 0, max: 9, bins: 2, scale: log",
             ":3:59: a logarithmic scale from 0 on needs 'smallest'"),
      column("scale_below_zero", "type: real, min: -1, max: 9, bins: 2, scale: log",
             ":3:32: a logarithmic scale has no numbers below 0"),
      column("scale_with_width", "type: real, min: 1, max: 9, width: 2, scale: log", ":3:60: 'scale' needs bins"),
      column("smallest", "type: real, min: 0, max: 9, bins: 2, scale: log, smallest: 0",
             ":3:74: 'smallest' must be a number above 0, not 0"),
      column("smallest_alone", "type: real, min: 0, max: 9, bins: 2, smallest: 1", "'smallest' needs scale: log"),
      column("format", "type: date, from: 2020-01-01, to: 2020-02-01, step: day, format: [x]",
             "'format' must be a format such as %d.%m.%Y, not a list"),
      column("format_unknown", "type: date, from: 2020-01-01, to: 2020-02-01, step: day, format: '%d %B %Y'",
             "'format' cannot be used: a format knows %Y, %m, %d, %H, %M and %S only; write it as"),
      column("format_of_a_number", "type: integer, min: 0, max: 9, bins: 2, format: '%d.%m.%Y'",
             "'format' is for dates; remove it"),
      column("from", "type: date, from: [], to: 2020-02-01, step: day", "'from' must be a date such as 2024-01-31"),
      column("from_no_date", "type: date, from: 2020-02-30, to: 2020-03-01, step: day",
             ":3:33: '2020-02-30' is no date of the column's format; write it as 2024-01-31"),
      column("no_from", "type: date, to: 2020-03-01, step: day", "the column 'x' lacks 'from'; give its first"),
      column("to", "type: date, from: 2020-01-01, to: {}, step: day", "'to' must be a date such as 2024-01-31"),
      column("to_early", "type: date, from: 2020-01-01, to: 2020-01-01, step: day",
             "'to' must be after 'from'; correct"),
      column("step", "type: date, from: 2020-01-01, to: 2021-01-01, step: decade",
             "'step' must be one of hour, day, week, month, quarter, year, not 'decade'"),
      column("step_of_hours", "type: date, from: 2020-01-01, to: 2021-01-01, step: hour", "a date has no hours"),
      column("no_step", "type: date, from: 2020-01-01, to: 2021-01-01",
             "the column 'x' needs exactly one of step, bins and edges"),
      column("date_edges", "type: date, edges: [2020-01-01, 2019-01-01]", "'edges' must ascend"),
      column("date_edge", "type: date, edges: [2020-01-01, 7]", "'7' is no date of the column's format"),
      column("date_and_min", "type: date, min: 0, from: 2020-01-01, to: 2021-01-01, step: day",
             "'min' means nothing for a column of date"),
      column("tree", "type: hierarchical, tree: {}", "'tree' must be a CSV file of child,parent"),
      column("tree_no_file", "type: hierarchical, tree: none.csv", "there is no file 'none.csv'; check its path"),
      column("tree_pair", "type: hierarchical, tree: [[a]]", "item 1 of 'tree' must have at least 2 items"),
      column("tree_code", "type: hierarchical, tree: [[a, b], [b, []]]",
             ":3:54: item 2 of item 2 of 'tree' must be a code, not a list"),
      column("tree_circle", "type: hierarchical, tree: [[a, b], [b, a]]", "has a tree in which 'a' is above itself"),
      column("tree_two_parents", "type: hierarchical, tree: [[a, b], [a, c]]", "gives the code 'a' two parents"),
      column("no_tree", "type: hierarchical, values: [a]", "the column 'x' needs either 'tree' or prefix: true"),
      column("prefix", "type: hierarchical, values: [a], prefix: 3", "'prefix' must be true or false, not '3'"),
      column("prefix_alone", "type: hierarchical, prefix: true", "the column 'x' lacks 'values'; list the codes"),
      column("tree_of_categories", "type: categorical, values: [a], tree: [[b, a]]",
             "'tree' means nothing for a column of categorical"),
      column("column", "type: coded, size: 2, column: ''", "'column' must be the name of a column, not ''"),
      column("part", "type: integer, part: minute", "'part' must be one of year, quarter, month, week, day, weekday"),
      column("part_of_a_code", "type: coded, size: 12, part: month", "'part' means nothing for a column of coded"),
      column("part_year", "type: integer, part: year", "the column 'x' lacks 'min'; give its bounds"),
      column("since", "type: integer, min: 0, max: 9, width: 1, since: []", "'since' must be the name of a column"),
      column("since_and_part", "type: integer, part: month, since: b", "'since' and 'derive' do not go together"),
      column("derive", "type: real, min: 0, max: 9, bins: 2, derive: sum", "'derive' must be a mapping"),
      column("derive_nothing", "type: real, min: 0, max: 9, bins: 2, derive: {in: days}",
             "'derive' needs exactly one of difference, sum and ratio"),
      column("derive_and_column", "type: real, min: 0, max: 9, bins: 2, column: a, derive: {sum: [a, b]}",
             "'column' and 'derive' do not go together"),
      column("difference", "type: real, min: 0, max: 9, bins: 2, derive: {difference: [a]}",
             "'difference' takes two columns"),
      column("ratio", "type: real, min: 0, max: 9, bins: 2, derive: {ratio: [a, b, c]}", "'ratio' takes two columns"),
      column("sum", "type: real, min: 0, max: 9, bins: 2, derive: {sum: [a]}", "'sum' must have at least 2 items"),
      column("difference_column", "type: real, min: 0, max: 9, bins: 2, derive: {difference: [a, {}]}",
             ":3:77: item 2 of 'difference' must be the name of a column, not a mapping"),
      column("ratio_column", "type: real, min: 0, max: 9, bins: 2, derive: {ratio: ['', b]}",
             ":3:69: item 1 of 'ratio' must be the name of a column, not ''"),
      column("sum_column", "type: real, min: 0, max: 9, bins: 2, derive: {sum: [a, b, []]}",
             ":3:73: item 3 of 'sum' must be the name of a column, not a list"),
      column("in", "type: real, min: 0, max: 9, bins: 2, derive: {difference: [a, b], in: weeks}",
             "'in' must be one of hours, days, years, not 'weeks'"),
      column("in_a_sum", "type: real, min: 0, max: 9, bins: 2, derive: {sum: [a, b], in: days}",
             "'in' is for a difference of dates"),
      column("blank", "type: real, min: , max: , bins: 2",
             "the column 'x' leaves 'max' blank (1 more blanks follow); fill it in from public knowledge"),
      {"codebook", "version: 1\ncodebook: a\nattributes: [{name: a, role: id}]\n",
       ":2:11: 'codebook' must be a mapping"},
      {"codebook_file", "version: 1\ncodebook: {file: [], sha256: a}\nattributes: []\n",
       ":2:18: 'file' must be the name of a file"},
      {"codebook_sha256", "version: 1\ncodebook: {file: a, sha256: b}\nattributes: [{name: a, role: id}]\n",
       ":2:29: 'sha256' must be 64 hexadecimal digits, not 'b'"},
      column("bins_too_many", "type: integer, min: 0, max: 4, bins: 6",
             ":3:52: there are more bins than whole numbers from min to max; use bins: 5"),
      column("bins_and_width", "type: real, min: 0, max: 1, bins: 2, width: 0.5",
             ":3:59: the column 'x' needs exactly one of bins, width and edges"),
      column("no_bins", "type: real, min: 0, max: 1",
             ":3:21: the column 'x' needs exactly one of bins, width and edges"),
      column("width", "type: real, min: 0, max: 1, width: -1", ":3:50: 'width' must be a number above 0, not -1"),
      column("width_fraction", "type: integer, min: 0, max: 9, width: 1.5",
             ":3:53: 'width' of an integer must be a whole number"),
      column("width_tiny", "type: real, min: 0, max: 1, width: 1e-9", ":3:50: 'width' makes more than 1000000 bins"),
      column("edges", "type: real, edges: 4", ":3:34: 'edges' must be a list"),
      column("edges_one", "type: real, edges: [4]", ":3:34: 'edges' must have at least 2 items, and has 1"),
      column("edges_text", "type: real, edges: [0, b]", ":3:38: item 2 of 'edges' must be a number, not 'b'"),
      column("edges_descend", "type: real, edges: [0, 2, 1]", ":3:41: 'edges' must ascend; sort them"),
      column("edges_repeat", "type: real, edges: [0, 1, 1]", ":3:41: 'edges' must ascend"),
      column("edges_fraction", "type: integer, edges: [0, 1.5]", ":3:41: edges of an integer must be whole numbers"),
      column("edges_infinite", "type: real, edges: [0, .inf]", ":3:38: item 2 of 'edges' must be a number"),
      column("edges_far", "type: real, edges: [-1.7e308, 1.7e308]",
             ":3:5: the attribute 'x' has bin edges too far apart"),
      bad("size", "size: 4", "size: 0", ":19:11: 'size' must be a whole number at least 1 and at most 16777216, not 0"),
      column("no_size", "type: coded", ":3:5: the column 'x' lacks 'size'; give the number of codes"),
      bad("missing", "missing: [\"?\", \"\"]", "missing: yes",
          ":16:14: 'missing' must be true, false, or a list of the texts that mean missing, not 'yes'"),
      bad("missing_none", "missing: [\"?\", \"\"]", "missing: []", ":16:14: 'missing' must have at least 1 items"),
      bad("missing_twice", "missing: [\"?\", \"\"]", "missing: [x, x]", ":16:18: 'missing' lists 'x' twice"),
      bad("outside", "outside: clip", "outside: drop",
          ":20:14: 'outside' must be one of refuse, other, clip, not 'drop'"),
      bad("outside_code", "outside: clip", "outside: other", ":20:14: codes have no 'other'; use refuse or clip"),
      column("outside_number", "type: real, edges: [0, 1], outside: other", ":3:51: numbers have no 'other'"),
      column("outside_category", "type: categorical, values: [a], outside: clip",
             ":3:56: categories cannot be clipped")};
}

namespace {

INSTANTIATE_TEST_SUITE_P(Schema, BadSchema, ::testing::ValuesIn(bad_schemas()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace fedloom::config::test
