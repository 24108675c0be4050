// A draft is a function of a table's names and kinds only: two tables that share no value, and agree in these, give the
// same bytes. A twin that looks at a bound is caught by the same comparison.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "fedloom/config/draft.hpp"
#include "fedloom/data/kinds.hpp"
#include "fedloom/data/row_source.hpp"
#include "fedloom/schema/number.hpp"
#include "support/temp_folder.hpp"

namespace fedloom {
namespace {

using Drafter = std::function<std::string(const std::filesystem::path&)>;

std::string draft(const std::filesystem::path& table) {
  std::vector<config::DraftColumn> columns;
  for (const auto& column : data::kinds_of("csv:" + table.string(), "/")) columns.push_back({column.name, column.kind});
  return config::draft_schema(columns, {});
}

/// Fills in the largest value of the first column, as a helpful program would.
std::string draft_with_a_bound(const std::filesystem::path& table) {
  auto rows =
      data::start_rows(data::open_source("csv:" + table.string(), "/"), {.columns = {0}, .order = {}, .total = false});
  double most = 0;
  while (rows->next()) most = std::max(most, schema::parse_number(rows->cells()[0]).value_or(0));
  std::string text = draft(table);
  const auto blank = text.find("max:");
  return text.insert(blank + 4, " " + schema::shortest(most));
}

/// Says how many rows there were.
std::string draft_with_a_count(const std::filesystem::path& table) {
  std::ifstream file(table);
  std::string line, text = draft(table);
  for (int row = 0; std::getline(file, line); ++row) text += row % 2 == 0 ? "#" : "";
  return text;
}

bool same_for_tables_that_share_no_value(const Drafter& drafter) {
  const test::TempFolder folder;
  std::ofstream(folder / "a.csv") << "age,weight,sex,came,seen,person_id\n"
                                     "30,71.5,m,2024-01-05,2024-01-05 10:00,1\n"
                                     "41,80,f,NA,2024-01-06 11:30,2\n";
  std::ofstream(folder / "b.csv") << "age,weight,sex,came,seen,person_id\n"
                                     "102,3.25,unknown,1999-12-31,1999-12-31T23:59,77\n"
                                     ",4.5,x,1998-02-01,1997-01-01 00:00,78\n"
                                     "9,5.5,\"y, z\",1998-02-02,,79\n"
                                     "8,6.5,w,1998-02-03,,80\n";
  return drafter(folder / "a.csv") == drafter(folder / "b.csv");
}

TEST(DraftPrivacy, NothingButNamesAndKindsIsInADraft) { EXPECT_TRUE(same_for_tables_that_share_no_value(draft)); }

TEST(DraftPrivacy, ATwinThatWritesABoundIsCaught) {
  EXPECT_FALSE(same_for_tables_that_share_no_value(draft_with_a_bound));
}

TEST(DraftPrivacy, ATwinThatSaysHowManyRowsThereAreIsCaught) {
  EXPECT_FALSE(same_for_tables_that_share_no_value(draft_with_a_count));
}

}  // namespace
}  // namespace fedloom
