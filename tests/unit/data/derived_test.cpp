#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "fedloom/base/error.hpp"
#include "fedloom/data/kinds.hpp"
#include "fedloom/data/source.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::data {
namespace {

using schema::Binned;
using schema::Origin;
using Kind = Origin::Kind;

class Derived : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(folder_ / "t.csv", std::ios::binary) << text; }
  /// Codes of one attribute with a bin for each whole number from 0 on, and a last one for missing.
  std::vector<int> codes(const std::string& text, const Origin& origin, bool integer = true, const Unit& unit = {}) {
    write(text);
    std::vector<double> edges;
    for (int k = 0; k < 200; ++k) edges.push_back(k);
    edges.push_back(integer ? 199 : 200);
    const schema::Schema schema({{.name = "x",
                                  .type = Binned{integer, edges},
                                  .missing = true,
                                  .missing_tokens = {"", "NA"},
                                  .origin = origin}},
                                {});
    const Loaded loaded = load("csv:t.csv", folder_.path(), schema, unit);
    std::vector<int> all;
    std::visit([&](const auto& column) { all.assign(column.begin(), column.end()); }, loaded.table.column(0));
    return all;
  }
  test::TempFolder folder_;
};

constexpr int missing = 200;

TEST_F(Derived, ComesFromAColumnOfAnotherName) {
  EXPECT_EQ(codes("y,x\n1,5\n2,6\n", {.kind = Kind::cell, .columns = {"y"}}), (std::vector<int>{1, 2}));
}

TEST_F(Derived, IsAPartOfADate) {
  EXPECT_EQ(codes("d\n2024-02-29\n2023-12-31 10:00\nNA\n",
                  {.kind = Kind::part, .columns = {"d"}, .part = schema::DatePart::month}),
            (std::vector<int>{2, 12, missing}));
}

TEST_F(Derived, IsADifferenceOfDatesInWholeDaysOrYears) {
  const std::string text =
      "came,left\n2024-01-01,2024-01-11\n1990-05-17,2024-05-16\n2024-01-01 20:00,2024-01-02 19:00\n,2024-01-01\n";
  EXPECT_EQ(codes(text, {.kind = Kind::difference, .columns = {"left", "came"}, .unit = Origin::Unit::years}),
            (std::vector<int>{0, 33, 0, missing}));
  EXPECT_EQ(codes("came,left\n2024-01-01,2024-01-11\n2024-01-01 20:00,2024-01-02 19:00\n",
                  {.kind = Kind::difference, .columns = {"left", "came"}, .unit = Origin::Unit::days}),
            (std::vector<int>{10, 0}));
}

TEST_F(Derived, IsASumARatioOrADifferenceOfNumbers) {
  const std::string text = "a,b\n12,4\n7,NA\n5,0\n";
  EXPECT_EQ(codes(text, {.kind = Kind::sum, .columns = {"a", "b"}}), (std::vector<int>{16, missing, 5}));
  EXPECT_EQ(codes(text, {.kind = Kind::difference, .columns = {"a", "b"}}), (std::vector<int>{8, missing, 5}));
  EXPECT_EQ(codes(text, {.kind = Kind::ratio, .columns = {"a", "b"}}, false), (std::vector<int>{3, missing, missing}))
      << "a division by nought has no value";
}

TEST_F(Derived, IsRefusedWhereACellCannotBeReadWithoutShowingIt) {
  try {
    codes("came,left\nsoon,2024-01-01\n",
          {.kind = Kind::difference, .columns = {"left", "came"}, .unit = Origin::Unit::days});
    FAIL();
  } catch (const DataError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("t.csv:2: the value in columns 2, 1 ('x') is not in the schema's domain"), std::string::npos)
        << what;
    EXPECT_EQ(what.find("soon"), std::string::npos) << what;
  }
}

TEST_F(Derived, NeedsItsColumns) {
  EXPECT_THROW(codes("a\n1\n", {.kind = Kind::sum, .columns = {"a", "b"}}), DataError);
}

TEST_F(Derived, RowsOfAnEntityCountInTheOrderThatIsStated) {
  const std::string text = "who,day,v\na,2024-03-01,3\nb,,9\na,2024-01-01,1\nb,2024-02-01,2\na,2024-02-01,4\n";
  const Origin origin{.kind = Kind::cell, .columns = {"v"}};
  EXPECT_EQ(codes(text, origin, true, {.column = "who", .max_rows = 1}), (std::vector<int>{3, 9}));
  EXPECT_EQ(codes(text, origin, true, {.column = "who", .max_rows = 1, .order = "day"}), (std::vector<int>{1, 2}));
  EXPECT_EQ(codes(text, origin, true, {.column = "who", .max_rows = 2, .order = "v"}), (std::vector<int>{1, 2, 3, 9}))
      << "numbers by their size";
  EXPECT_THROW(codes(text, origin, true, {.column = "who", .max_rows = 1, .order = "month"}), DataError);
}

TEST_F(Derived, ErrorsOfSortedRowsStillNameTheLine) {
  try {
    codes("who,v\na,3\nb,secret\nc,1\n", {.kind = Kind::cell, .columns = {"v"}}, true,
          {.column = "who", .max_rows = 1, .order = "v"});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("t.csv:3: "), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
}

using Names = std::vector<std::pair<std::string, schema::ValueKind>>;

class Kinds : public Derived {
 protected:
  Names kinds(const std::string& text) {
    write(text);
    Names found;
    for (const auto& column : kinds_of("csv:t.csv", folder_.path())) found.emplace_back(column.name, column.kind);
    return found;
  }
};

TEST_F(Kinds, AreTheNarrowestThatFitsAllCells) {
  using enum schema::ValueKind;
  EXPECT_EQ(kinds("a,b,c,d,e,f\n1,1.5,2024-01-01,2024-01-01T10:00,x,\n-7,2,NA,2024-01-02,2024-01-01,NULL\n,,?,,1,\n"),
            (Names{{"a", whole}, {"b", number}, {"c", date}, {"d", datetime}, {"e", text}, {"f", text}}));
}

TEST_F(Kinds, AreNotMadeOfAHeaderThatMayBeARow) {
  for (const char* text : {"7,x\n1,2\n", "2024-01-01,x\n", "a,\n1,2\n", "a,a\n1,2\n", "anna,yes\nbert,no\nclea,yes\n"})
    EXPECT_THROW(kinds(text), DataError) << text;
}

}  // namespace
}  // namespace fedloom::data
