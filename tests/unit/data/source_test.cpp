#include "fedloom/data/source.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "fedloom/base/error.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::data {
namespace {

using schema::Binned;
using schema::Categorical;
using schema::Outside;

schema::Schema people(Outside colours = Outside::refuse, Outside ages = Outside::refuse, bool missing = false) {
  return schema::Schema({{"age", Binned{true, {0, 20, 40, 60}, ages}, missing, {""}},
                         {"colour", Categorical{{"red", "green"}, colours, "other"}, missing, {""}}},
                        {"person"});
}

class Source : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(folder_ / "t.csv", std::ios::binary) << text; }
  Loaded load_text(const std::string& text, const schema::Schema& schema = people(), const Unit& unit = {}) {
    write(text);
    return load("csv:t.csv", folder_.path(), schema, unit);
  }
  std::string error_of(const std::string& text, const schema::Schema& schema = people(), const Unit& unit = {}) {
    try {
      load_text(text, schema, unit);
    } catch (const DataError& error) {
      EXPECT_EQ(error.code(), ExitCode::data);
      return error.what();
    }
    return "no error";
  }
  void expect_error(const std::string& text, const std::string& part, const Unit& unit = {}) {
    const std::string error = error_of(text, people(), unit);
    EXPECT_NE(error.find(part), std::string::npos) << error;
  }
  CheckReport check_text(const std::string& text, const schema::Schema& schema, const Unit& unit = {}) {
    write(text);
    return check("csv:t.csv", folder_.path(), schema, unit);
  }
  test::TempFolder folder_;
};

std::vector<int> codes(const Table& table, std::size_t attribute) {
  std::vector<int> all;
  std::visit([&](const auto& column) { all.assign(column.begin(), column.end()); }, table.column(attribute));
  return all;
}

TEST_F(Source, EncodesRowsInTheSchemasOrderOfColumns) {
  const Loaded loaded = load_text("colour,age\nred,5\ngreen,60\nred,20\n");
  EXPECT_EQ(codes(loaded.table, 0), (std::vector<int>{0, 2, 1}));
  EXPECT_EQ(codes(loaded.table, 1), (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(loaded.report.rows_read, 3u);
}

TEST_F(Source, LeavesOutColumnsThatTheSchemaDoesNotModel) {
  const Loaded loaded = load_text("person,age,note,colour\n7,5,\"x, y\",red\n");
  EXPECT_EQ(loaded.table.domain().dimensions(), 2u);
  EXPECT_EQ(loaded.table.rows(), 1u);
}

TEST_F(Source, PassesOverEmptyLines) { EXPECT_EQ(load_text("age,colour\n\n5,red\r\n\r\n5,red\n\n").table.rows(), 2u); }

TEST_F(Source, OfAHeaderAloneHasNoRows) { EXPECT_EQ(load_text("age,colour\n").table.rows(), 0u); }

TEST_F(Source, CountsWhatItClipsSendsToOtherAndFindsMissing) {
  const Loaded loaded =
      load_text("age,colour\n99,red\n-1,violet\n,pink\n5,\n5,red\n", people(Outside::other, Outside::clip, true));
  EXPECT_EQ(codes(loaded.table, 0), (std::vector<int>{2, 0, 3, 0, 0}));
  EXPECT_EQ(codes(loaded.table, 1), (std::vector<int>{0, 2, 2, 3, 0}));
  const auto& [age, colour] = std::tie(loaded.report.columns[0], loaded.report.columns[1]);
  EXPECT_EQ(age.clipped, 2u);
  EXPECT_EQ(age.missing, 1u);
  EXPECT_EQ(age.other, 0u);
  EXPECT_EQ(colour.other, 2u);
  EXPECT_EQ(colour.missing, 1u);
  EXPECT_EQ(colour.clipped, 0u);
}

TEST_F(Source, KeepsTheFirstRowsOfEachEntityInTheFilesOrder) {
  const std::string text = "person,age,colour\na,1,red\nb,1,red\na,21,red\n a ,41,red\nb,41,green\na,1,green\n";
  const Loaded two = load_text(text, people(), {"person", 2});
  EXPECT_EQ(codes(two.table, 0), (std::vector<int>{0, 0, 1, 2}));
  EXPECT_EQ(two.report.rows_clipped, 2u);
  EXPECT_EQ(two.report.rows_read, 6u);
  EXPECT_EQ(load_text(text, people(), {"person", 1}).table.rows(), 2u);
  EXPECT_EQ(load_text(text, people(), {}).table.rows(), 6u);
}

TEST_F(Source, NamesLineAndColumnOfARefusedValueAndNeverTheValue) {
  const std::string error = error_of("person,age,colour\n1,5,red\n2,5,\"violet\nsecret\"\n");
  EXPECT_NE(error.find("t.csv:3: the value in column 3 ('colour') is not in the schema's domain"), std::string::npos)
      << error;
  EXPECT_EQ(error.find("secret"), std::string::npos) << error;
  const std::string number = error_of("person,age,colour\n1,123456,red\n");
  EXPECT_NE(number.find("t.csv:2: the value in column 2 ('age')"), std::string::npos) << number;
  EXPECT_EQ(number.find("123456"), std::string::npos) << number;
}

TEST_F(Source, RefusesARowWithoutAnEntity) {
  expect_error("person,age,colour\n1,5,red\n ,5,red\n", "t.csv:3: the row has no value in column 'person'",
               {"person", 1});
}

TEST_F(Source, RefusesRaggedRows) {
  expect_error("age,colour\n5,red\n5\n", "t.csv:3: the row has 1 fields where the header has 2");
  expect_error("age,colour\n5,red,1\n", "t.csv:2: the row has 3 fields where the header has 2");
}

TEST_F(Source, RefusesBrokenQuotes) {
  expect_error("age,colour\n5,\"red\n6,red\n", "t.csv:2: a quoted field of the row that begins here is never closed");
  expect_error("age,colour\n5,re\"d\n", "t.csv:2: text follows a closing quote");
}

TEST_F(Source, RefusesARowThatIsTooLong) {
  expect_error("age,colour\n5," + std::string(2 << 20, 'x') + "\n", "t.csv:2: the row that begins here is longer");
}

TEST_F(Source, RefusesATableThatLacksAColumnOrHasItTwice) {
  expect_error("age,color\n5,red\n", "t.csv:1: the table has no column 'colour'");
  expect_error("age,colour,age\n5,red,5\n", "t.csv:1: the table has the column 'age' more than once");
  expect_error("age,colour\n5,red\n", "t.csv:1: the table has no column 'person'", {"person", 1});
}

TEST_F(Source, RefusesAnEmptyFile) { expect_error("", "t.csv:1: the table has no header line"); }

TEST_F(Source, RefusesATableThatIsNotThere) {
  const auto error = [&](const std::string& source) {
    try {
      load(source, folder_.path(), people(), {});
    } catch (const DataError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(error("csv:none.csv").find("none.csv: there is no such table; check the path"), std::string::npos);
  EXPECT_NE(error("csv:.").find("the table cannot be read"), std::string::npos);
  EXPECT_NE(error("none.csv").find("the source says no kind; write it as csv:PATH"), std::string::npos);
  EXPECT_NE(error("csv:").find("the source names no rows; write it as csv:PATH"), std::string::npos);
}

TEST_F(Source, CheckCountsAllThatLoadWouldRefuse) {
  const CheckReport report = check_text("age,note,colour\n99,n,violet\n5,n,pink\n7,n,red\n", people());
  EXPECT_EQ(report.refused, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(report.rows_read, 3u);
  EXPECT_EQ(report.ignored, "note");
  ASSERT_EQ(report.problems.size(), 2u);
  EXPECT_EQ(report.problems[0], "1 values of 'age' are not in the schema's domain");
  EXPECT_EQ(report.places[0].refused, (CheckReport::Lines{2}));
  EXPECT_EQ(report.places[1].refused, (CheckReport::Lines{2, 3}));
}

TEST_F(Source, CheckSaysWhereTheFirstFewRowsStandThatDoNotFit) {
  const schema::Schema schema = schema::Schema({{"age", schema::Binned{true, {0, 10, 20}, schema::Outside::clip}},
                                                {"kind", schema::Categorical{{"a"}, schema::Outside::other}},
                                                {"sex", schema::Coded{2}}},
                                               {})
                                    .constrained({{schema::Never{{{0, {1}}, {2, {1}}}}, "never"}});
  std::string text = "age,kind,sex\n5,\"a\",0\n\n";
  for (int k = 0; k < 7; ++k) text += "99,\"two\nlines\",1\n";
  const CheckReport report = check_text(text, schema);
  const CheckReport::Lines first_five{4, 6, 8, 10, 12};
  EXPECT_EQ(report.columns[0].clipped, 7u);
  EXPECT_EQ(report.places[0].clipped, first_five);
  EXPECT_EQ(report.places[1].other, first_five);
  EXPECT_TRUE(report.places[2].refused.empty());
  EXPECT_EQ(report.broken, (std::vector<std::uint64_t>{7}));
  EXPECT_EQ(report.broken_at, (std::vector<CheckReport::Lines>{first_five}));
}

TEST_F(Source, CheckFindsNothingWrongWithATableThatLoads) {
  const CheckReport report = check_text("person,age,colour\n1,5,red\n1,5,red\n", people(), {"person", 1});
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(report.ignored, "");
  EXPECT_EQ(report.rows_clipped, 1u);
}

TEST_F(Source, CheckReportsProblemsInsteadOfThrowing) {
  EXPECT_NE(check_text("age,colour\n5\n", people()).problems.at(0).find("the row has 1 fields"), std::string::npos);
  EXPECT_EQ(check_text("age\n5\n", people()).problems.at(0), "the table has no column 'colour'");
  EXPECT_EQ(check_text("age,colour,age\n", people()).problems.at(0), "the table has the column 'age' more than once");
}

TEST_F(Source, CheckDoesNotShowAFirstLineThatMayBeARow) {
  const CheckReport report = check_text("5,secret\n6,secret\n", people());
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_EQ(report.problems[0], "the first line names none of the schema's columns; is it a header?");
  EXPECT_EQ(report.ignored, "");
}

}  // namespace
}  // namespace fedloom::data
