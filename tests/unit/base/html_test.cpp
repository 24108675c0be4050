#include "fedloom/base/html.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fedloom::html {
namespace {

TEST(Html, NumbersReadAsAPersonWritesThem) {
  EXPECT_EQ(number(0.04168), "0.04168");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(1e-9), "1e-9");
  EXPECT_EQ(number(2.5e-10), "2.5e-10");
  EXPECT_EQ(number(NAN), "–");
}

TEST(Html, WholeNumbersAreInGroupsOfThree) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999.4), "999");
  EXPECT_EQ(grouped(48842), "48,842");
  EXPECT_EQ(grouped(1234567.8), "1,234,568");
  EXPECT_EQ(grouped(-1500), "−1,500");
}

TEST(Html, SharesHaveOneDecimalAndNoNegativeNought) {
  EXPECT_EQ(percent(0.125), "12.5 %");
  EXPECT_EQ(percent(-0.02), "−2.0 %");
  EXPECT_EQ(percent(-0.0001), "0.0 %");
}

TEST(Html, CoordinatesHaveNoExponentAndNoTrailingNoughts) {
  EXPECT_EQ(coordinate(12.5), "12.5");
  EXPECT_EQ(coordinate(100), "100");
  EXPECT_EQ(coordinate(1e-7), "0");
  EXPECT_EQ(coordinate(-0.001), "0");
}

TEST(Html, ALongTextIsCutBetweenCharacters) {
  EXPECT_EQ(shortened("abcd", 4), "abcd");
  EXPECT_EQ(shortened("abcde", 4), "abc…");
  EXPECT_EQ(shortened("ääääää", 4), "äää…");
}

}  // namespace
}  // namespace fedloom::html
