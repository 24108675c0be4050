#include "fedloom/schema/number.hpp"

#include <gtest/gtest.h>

namespace fedloom::schema {
namespace {

TEST(ParseNumber, ReadsAWholeTextThatIsANumber) {
  EXPECT_EQ(parse_number("17"), 17.0);
  EXPECT_EQ(parse_number(" -2.5\t"), -2.5);
  EXPECT_EQ(parse_number("1e3"), 1000.0);
  EXPECT_EQ(parse_number("+4"), 4.0);
  EXPECT_EQ(parse_number(".5"), 0.5);
}

TEST(ParseNumber, RefusesAnythingElse) {
  for (const char* text : {"", " ", "x", "1x", "1 2", "1,5", "0x10", "nan", "inf", "-inf", "1e999", "+-1", "+", "-"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

TEST(Shortest, ReadsBackAsTheSameNumber) {
  for (const double value : {0.0, 17.0, 0.1, 1e-9, 123456.75, 1e300, -2.0 / 3}) {
    EXPECT_EQ(parse_number(shortest(value)), value) << shortest(value);
  }
  EXPECT_EQ(shortest(1500000), "1500000");
  EXPECT_EQ(shortest(0.25), "0.25");
}

TEST(PrintInside, GivesTheDecimalsThatTheBinDeserves) {
  EXPECT_EQ(print_inside(23.456789, 20, 30, false), "23.46");
  EXPECT_EQ(print_inside(23.5, 20, 30, false), "23.5");
  EXPECT_EQ(print_inside(81234.5678, 0, 100000, false), "81235");
  EXPECT_EQ(print_inside(0.00123456, 0.001, 0.002, false), "0.001235");
}

TEST(PrintInside, NeverRoundsOutOfTheBin) {
  EXPECT_EQ(print_inside(29.9999, 20, 30, false), "29.9999");
  EXPECT_EQ(print_inside(30, 20, 30, true), "30");
  EXPECT_EQ(print_inside(-0.0001, -0.5, 0, false), "-0.0001");
  const double lo = 0.1234567890123;
  EXPECT_GE(*parse_number(print_inside(lo, lo, lo + 1, false)), lo);
}

}  // namespace
}  // namespace fedloom::schema
