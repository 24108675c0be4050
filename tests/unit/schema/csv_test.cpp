#include "fedloom/schema/csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace fedloom::schema {
namespace {

using Record = std::vector<std::string>;
using Result = CsvReader::Result;

struct Read {
  std::vector<Record> records;
  std::vector<std::uint64_t> lines;
  Result last = Result::record;
};

Read read(const std::string& text, std::size_t limit = 1 << 20, std::size_t buffer = 1 << 18) {
  std::istringstream stream(text);
  CsvReader reader(stream, limit, buffer);
  Read all;
  Record record;
  while ((all.last = reader.next(record)) == Result::record) {
    all.records.push_back(record);
    all.lines.push_back(reader.line());
  }
  return all;
}

std::vector<Record> records(const std::string& text) { return read(text).records; }

TEST(CsvReader, SplitsFieldsAtCommas) {
  EXPECT_EQ(records("a,b,c\n1,2,3\n"), (std::vector<Record>{{"a", "b", "c"}, {"1", "2", "3"}}));
}

TEST(CsvReader, KeepsEmptyFieldsAndSpaces) {
  EXPECT_EQ(records(",, x \n"), (std::vector<Record>{{"", "", " x "}}));
  EXPECT_EQ(records("a,"), (std::vector<Record>{{"a", ""}}));
  EXPECT_EQ(records("\n"), (std::vector<Record>{{""}}));
}

TEST(CsvReader, NeedsNoBreakAfterTheLastLine) { EXPECT_EQ(records("a\nb"), (std::vector<Record>{{"a"}, {"b"}})); }

TEST(CsvReader, TakesCrLfAsALineBreak) {
  EXPECT_EQ(records("a,b\r\n\"c\",d\r\n"), (std::vector<Record>{{"a", "b"}, {"c", "d"}}));
}

TEST(CsvReader, TakesALoneCrAsData) { EXPECT_EQ(records("a\rb\n\r"), (std::vector<Record>{{"a\rb"}, {"\r"}})); }

TEST(CsvReader, PassesOverAByteOrderMark) {
  EXPECT_EQ(records("\xEF\xBB\xBF"
                    "a,b\n"),
            (std::vector<Record>{{"a", "b"}}));
}

TEST(CsvReader, UnquotesFields) {
  EXPECT_EQ(records("\"a,b\",\"say \"\"hi\"\"\",\"\"\n"), (std::vector<Record>{{"a,b", "say \"hi\"", ""}}));
}

TEST(CsvReader, KeepsLineBreaksInQuotesAndCountsThem) {
  const Read all = read("h,i\n\"a\nb\r\nc\",2\nd,3\n");
  EXPECT_EQ(all.records, (std::vector<Record>{{"h", "i"}, {"a\nb\r\nc", "2"}, {"d", "3"}}));
  EXPECT_EQ(all.lines, (std::vector<std::uint64_t>{1, 2, 5}));
}

TEST(CsvReader, OfNothingHasNoRecords) {
  EXPECT_TRUE(records("").empty());
  EXPECT_TRUE(records("\xEF\xBB\xBF").empty());
}

TEST(CsvReader, ReportsAnUnclosedQuote) { EXPECT_EQ(read("a\n\"b\nc").last, Result::unclosed_quote); }

TEST(CsvReader, ReportsStrayQuotes) {
  EXPECT_EQ(read("a\"b\n").last, Result::stray_quote);
  EXPECT_EQ(read("\"a\"b\n").last, Result::stray_quote);
  EXPECT_EQ(read("\"a\"\rb\n").last, Result::stray_quote);
}

TEST(CsvReader, ReportsARecordBeyondItsLimit) {
  EXPECT_EQ(read("abcdefgh\n", 8).last, Result::too_long);
  EXPECT_EQ(read("abcdefg\n", 8).last, Result::end);
  EXPECT_EQ(read("\"abcdefgh\"\n", 8).last, Result::too_long);
  EXPECT_EQ(read(",,,,,,,,,\n", 8).last, Result::too_long);
  EXPECT_EQ(read(std::string(100, '\r'), 8).last, Result::too_long);
}

// The reader's buffer is 256 KiB: each kind of byte must be right when it is the last one before a refill.
TEST(CsvReader, ReadsTheSameAcrossTheEdgesOfItsBuffer) {
  const std::string tail = "x,\"a\"\"b\n\",\r\n\"q\",y\rz\nlast,\"\",end";
  const std::vector<Record> expected = {{"x", "a\"b\n", ""}, {"q", "y\rz"}, {"last", "", "end"}};
  for (std::size_t shift = 0; shift <= tail.size(); ++shift) {
    const std::size_t first = (1 << 18) - shift;
    const auto all = read(std::string(first - 1, 'f') + "\n" + tail).records;
    ASSERT_EQ(all.size(), 4u) << shift;
    EXPECT_EQ(all[0][0].size(), first - 1);
    EXPECT_EQ(std::vector<Record>(all.begin() + 1, all.end()), expected) << shift;
  }
}

TEST(CsvReader, ReadsTheSameWithAnyBuffer) {
  const std::string text = "\xEF\xBB\xBF\"x\"\"\n\",\r\nlast,\r,\"\"\n\n\"open";
  const Read expected = read(text);
  EXPECT_EQ(expected.records, (std::vector<Record>{{"x\"\n", ""}, {"last", "\r", ""}, {""}}));
  for (std::size_t buffer = 0; buffer <= text.size(); ++buffer) {
    const Read all = read(text, 1 << 20, buffer);
    EXPECT_EQ(all.records, expected.records) << buffer;
    EXPECT_EQ(all.lines, expected.lines) << buffer;
    EXPECT_EQ(all.last, Result::unclosed_quote) << buffer;
  }
}

TEST(CsvWriter, QuotesWhatNeedsIt) {
  std::string out;
  write_csv_record(out, {"plain", "a,b", "say \"hi\"", "two\nlines", ""});
  EXPECT_EQ(out, "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\n");
}

TEST(CsvWriter, WritesALoneEmptyFieldSoThatItIsNoEmptyLine) {
  std::string out;
  write_csv_record(out, {""});
  EXPECT_EQ(out, "\"\"\n");
}

TEST(CsvWriter, WritesWhatTheReaderReadsBack) {
  const std::vector<Record> table = {{"", "\"", ","}, {"\r", "\n", "\r\n"}, {"a\"\"b", " ", "é"}, {""}};
  std::string out;
  for (const Record& record : table) write_csv_record(out, {record.begin(), record.end()});
  EXPECT_EQ(records(out), table);
}

}  // namespace
}  // namespace fedloom::schema
