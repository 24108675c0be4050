#include "fedloom/schema/id_pattern.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedloom::schema {
namespace {

TEST(IdPattern, WritesTheNumberInItsPlace) {
  EXPECT_EQ(IdPattern("P-{:06d}").write(42), "P-000042");
  EXPECT_EQ(IdPattern("{:03}/é").write(7), "007/é");
  EXPECT_EQ(IdPattern("case {} of 9").write(10), "case 10 of 9");
  EXPECT_EQ(IdPattern().write(12), "12");
}

TEST(IdPattern, WritesALongerNumberWholeSoThatNoTwoAreTheSame) { EXPECT_EQ(IdPattern("{:02d}").write(12345), "12345"); }

TEST(IdPattern, RefusesWhatIsNone) {
  for (const char* text : {"", "P-", "{", "}{", "{}{}", "{}}", "{{}", "{:d}", "{:6d}", "{:0d}", "{:0}", "{:06x}", "{0}",
                           "{:019d}", "{:0-6d}", "{:0 6d}", "a\n{}", "{:00d}"}) {
    EXPECT_THROW(IdPattern{text}, std::invalid_argument) << text;
  }
  EXPECT_THROW(IdPattern{std::string(63, 'x') + "{}"}, std::invalid_argument);
}

}  // namespace
}  // namespace fedloom::schema
