#include <gtest/gtest.h>

#include <fstream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/data/kinds.hpp"
#include "fedloom/data/row_source.hpp"
#include "fedloom/data/source.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::data {
namespace {

/// Five rows in row groups of two: whole, text, yes, day, moment, decimal, kind (a dictionary) and list.
const std::filesystem::path tables = std::filesystem::path(FEDLOOM_SOURCE_DIR) / "tests/unit/data/tables";

std::string row(const RowSource& rows, std::size_t columns) {
  std::string text;
  for (std::size_t k = 0; k < columns; ++k) text += (rows.is_null(k) ? "NULL" : rows.cells()[k]) + "|";
  return text;
}

std::string error_of(const std::filesystem::path& base, const std::string& file) {
  try {
    auto rows = start_rows(open_source("parquet:" + file, base), {.columns = {0, 1, 3}, .order = {}, .total = false});
    while (rows->next()) {
    }
  } catch (const DataError& error) {
    return error.what();
  }
  return {};
}

TEST(Parquet, GivesEachKindOfValueAsPlainText) {
  auto rows = open_source("parquet:kinds.parquet", tables);
  ASSERT_EQ(rows->header().size(), 8u);
  rows->start({.columns = {0, 1, 2, 3, 4, 5, 6}, .order = {}, .total = false});
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(row(*rows, 7), "1|a|true|2024-01-01|2024-01-01 10:00:05.000000|1.50|x|");
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(row(*rows, 7), "NULL|NULL|false|2024-01-02|2024-01-01 10:00:05.000000|1.50|y|");
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(row(*rows, 7), "3|c,\"d|NULL|2024-01-03|2024-01-01 10:00:05.000000|1.50|x|");
  EXPECT_EQ(rows->position().line, 3) << "the number of the row";
  ASSERT_TRUE(rows->next() && rows->next());
  EXPECT_FALSE(rows->next());
}

TEST(Parquet, IsReadForTheColumnsOfASchemaAlone) {
  const schema::Schema schema({{.name = "kind", .type = schema::Categorical{{"x", "y"}}, .missing = true},
                               {.name = "whole", .type = schema::Coded{6}, .missing = true}},
                              {});
  const Loaded loaded = load("parquet:kinds.parquet", tables, schema, {});
  EXPECT_EQ(loaded.table.rows(), 5u);
  EXPECT_EQ(loaded.report.columns[0].missing, 1u);
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(loaded.table.column(1)), (std::vector<std::uint8_t>{1, 6, 3, 4, 5}));
}

TEST(Parquet, CanBeSorted) {
  const schema::Schema schema({{.name = "whole", .type = schema::Coded{6}, .missing = true}}, {});
  const Loaded loaded = load("parquet:kinds.parquet", tables, schema, {.column = {}, .max_rows = 1, .order = "text"});
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(loaded.table.column(0)), (std::vector<std::uint8_t>{1, 5, 3, 4, 6}));
}

TEST(Parquet, RefusesANestedColumnOnlyWhereItIsNeeded) {
  auto rows = open_source("parquet:kinds.parquet", tables);
  EXPECT_THROW(rows->start({.columns = {7}, .order = {}, .total = false}), DataError);
  EXPECT_THROW(kinds_of("parquet:kinds.parquet", tables), DataError);
}

TEST(Parquet, RefusesWhatIsNoParquetFileInASentence) {
  const test::TempFolder folder;
  const std::string whole = read_text(tables / "kinds.parquet");
  std::ofstream(folder / "text.parquet") << "a,b\n1,2\n";
  std::ofstream(folder / "cut.parquet", std::ios::binary) << whole.substr(0, whole.size() / 2);
  std::ofstream(folder / "empty.parquet");
  for (const char* file : {"text.parquet", "cut.parquet", "empty.parquet"}) {
    EXPECT_NE(error_of(folder.path(), file).find("this is no Parquet file, or a damaged one; write it again"),
              std::string::npos)
        << file << error_of(folder.path(), file);
  }
  EXPECT_NE(error_of(folder.path(), "none.parquet").find("there is no such table"), std::string::npos);
}

TEST(Parquet, WithAChangedByteIsReadOrRefusedAndNothingElse) {
  const test::TempFolder folder;
  const std::string whole = read_text(tables / "kinds.parquet");
  for (std::size_t at = 0; at < whole.size(); at += 37) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    std::ofstream(folder / "changed.parquet", std::ios::binary) << changed;
    error_of(folder.path(), "changed.parquet");
  }
}

}  // namespace
}  // namespace fedloom::data
