#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "fedloom/base/error.hpp"
#include "fedloom/data/source.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::data {
namespace {

constexpr std::uint32_t people = 23;
constexpr std::uint32_t rows = 100;

/// Rows of `people` entities, mixed; a row says whose it is and which of the file it is.
class Parts : public ::testing::Test {
 protected:
  Parts() {
    std::ofstream file(folder_ / "t.csv");
    file << "person,who,row\n";
    for (std::uint32_t row = 0; row < rows; ++row) {
      const std::uint32_t who = row * row % people;
      file << "p" << who << "," << who << "," << row << "\n";
    }
  }
  Loaded load_part(const Unit& unit, const Part& part) const {
    return load("csv:t.csv", folder_.path(), schema_, unit, part);
  }
  /// (row, who) of each row of a table.
  static std::map<std::uint32_t, std::uint32_t> rows_of(const Table& table) {
    std::map<std::uint32_t, std::uint32_t> found;
    const auto& who = std::get<std::vector<std::uint8_t>>(table.column(0));
    const auto& row = std::get<std::vector<std::uint8_t>>(table.column(1));
    for (std::size_t k = 0; k < table.rows(); ++k) EXPECT_TRUE(found.emplace(row[k], who[k]).second);
    return found;
  }
  /// Fails unless the parts hold each row of the whole once, and each entity's rows are in one part.
  void expect_a_partition(const Unit& unit, std::uint32_t of, bool by_entity) const {
    const auto whole = rows_of(load_part(unit, {}).table);
    std::map<std::uint32_t, std::uint32_t> together;
    std::map<std::uint32_t, std::uint32_t> part_of;
    for (std::uint32_t index = 0; index < of; ++index) {
      for (const auto& [row, who] : rows_of(load_part(unit, {index, of}).table)) {
        EXPECT_TRUE(together.emplace(row, who).second) << "row " << row << " is in two of " << of << " parts";
        if (by_entity) {
          EXPECT_EQ(part_of.try_emplace(who, index).first->second, index) << "entity " << who << " is in two parts";
        }
      }
    }
    EXPECT_EQ(together, whole) << of << " parts";
  }

  test::TempFolder folder_;
  schema::Schema schema_{
      {{.name = "who", .type = schema::Coded{.size = people}}, {.name = "row", .type = schema::Coded{.size = rows}}},
      {"person"}};
};

TEST_F(Parts, HoldEachRowOnceWhereARowIsAnEntity) {
  for (const std::uint32_t of : {1U, 2U, 3U, 7U, 99U, 100U, 150U}) expect_a_partition({}, of, false);
}

TEST_F(Parts, HoldEachKeptRowOnceAndNoEntityTwice) {
  for (const std::uint32_t max_rows : {1U, 2U, 100U}) {
    for (const std::uint32_t of : {1U, 2U, 3U, 7U, 23U, 40U}) {
      expect_a_partition({.column = "person", .max_rows = max_rows}, of, true);
    }
  }
}

TEST_F(Parts, AreNearlyEqualInEntities) {
  for (std::uint32_t index = 0; index < 3; ++index) {
    const auto kept = load_part({.column = "person", .max_rows = 1}, {index, 3}).table.rows();
    EXPECT_NEAR(static_cast<double>(kept), 12.0 / 3, 1) << "the squares mod 23 are 12 numbers";
  }
}

TEST_F(Parts, ReportTheWholeTable) {
  const auto part = load_part({.column = "person", .max_rows = 2}, {1, 3});
  const auto whole = load_part({.column = "person", .max_rows = 2}, {});
  EXPECT_EQ(part.report.rows_read, whole.report.rows_read);
  EXPECT_EQ(part.report.rows_clipped, whole.report.rows_clipped);
  EXPECT_LT(part.table.rows(), whole.table.rows());
}

TEST_F(Parts, AgreeOnAllRowsUnlessTheTableChangedBetweenThem) {
  const Unit unit{.column = "person", .max_rows = 2};
  const auto first = load_part(unit, {0, 3}).all_rows;
  EXPECT_EQ(load_part(unit, {1, 3}).all_rows, first);
  EXPECT_EQ(load_part(unit, {2, 3}).all_rows, first);
  std::ofstream(folder_ / "t.csv", std::ios::app)
      << "p1,1,99\n";  // beyond max_rows: counted nowhere, read all the same
  EXPECT_NE(load_part(unit, {1, 3}).all_rows, first);
  std::ofstream(folder_ / "t.csv") << "person,who,row\na,1,1\nb,1,1\n";
  const auto two_people = load_part(unit, {0, 3}).all_rows;
  std::ofstream(folder_ / "t.csv") << "person,who,row\na,1,1\na,1,1\n";
  EXPECT_NE(load_part(unit, {1, 3}).all_rows, two_people);
}

TEST_F(Parts, AllRefuseARowThatOneOfThemWouldKeep) {
  std::ofstream(folder_ / "t.csv", std::ios::app) << "p1,1,999\n";
  for (std::uint32_t index = 0; index < 3; ++index) EXPECT_THROW(load_part({}, {index, 3}), DataError);
}

}  // namespace
}  // namespace fedloom::data
