#include "fedloom/schema/values.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedloom::schema {
namespace {

using Codes = std::vector<std::uint32_t>;

/// 0–9, 10–19, 20, 21–30, missing.
Attribute ages() { return {"age", Binned{true, {0, 10, 20, 21, 30}, Outside::clip}, true, {"", "NA"}}; }
/// [0, 0.5), [0.5, 2].
Attribute doses() { return {"dose", Binned{false, {0, 0.5, 2}, Outside::clip}}; }
Attribute colours() { return {"colour", Categorical{{"red", "blue"}, Outside::other, "rest"}, true}; }

std::string refusal(const Attribute& attribute, std::string_view text) {
  try {
    codes_named(attribute, text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "named";
}

TEST(Values, OfCategoriesAreLabels) {
  EXPECT_EQ(codes_named(colours(), "blue"), Codes{1});
  EXPECT_EQ(codes_named(colours(), "rest"), Codes{2});
  EXPECT_EQ(codes_named(colours(), "missing"), Codes{3});
  EXPECT_NE(refusal(colours(), "green").find("'colour' has no such value"), std::string::npos);
}

TEST(Values, OfNumbersAreWholeBins) {
  EXPECT_EQ(codes_named(ages(), "20"), Codes{2});
  EXPECT_EQ(codes_named(ages(), "10..20"), (Codes{1, 2}));
  EXPECT_EQ(codes_named(ages(), "NA"), Codes{4});
  EXPECT_EQ(codes_named(doses(), "0.5..2"), Codes{1});
  EXPECT_EQ(codes_named(doses(), "0..0.5"), Codes{0});
  EXPECT_NE(refusal(ages(), "12").find("inside a bin"), std::string::npos);
  EXPECT_NE(refusal(ages(), "x").find("holds numbers"), std::string::npos);
  EXPECT_NE(refusal(doses(), "0.5").find("LOW..HIGH"), std::string::npos);
}

TEST(Values, OnOneSideOfANumberAreWholeBins) {
  EXPECT_EQ(codes_beside(ages(), ">=", "10"), (Codes{1, 2, 3}));
  EXPECT_EQ(codes_beside(ages(), ">", "20"), Codes{3});
  EXPECT_EQ(codes_beside(ages(), "<", "20"), (Codes{0, 1}));
  EXPECT_EQ(codes_beside(ages(), "<=", "9"), Codes{0});
  EXPECT_EQ(codes_beside(ages(), "<=", "30"), (Codes{0, 1, 2, 3}));
  EXPECT_EQ(codes_beside(ages(), ">", "40"), Codes{});
  EXPECT_EQ(codes_beside(doses(), "<", "0.5"), Codes{0});
  EXPECT_THROW(codes_beside(ages(), "<", "15"), std::invalid_argument);
  EXPECT_THROW(codes_beside(doses(), ">", "1"), std::invalid_argument);
  EXPECT_THROW(codes_beside(colours(), ">", "1"), std::invalid_argument);
  EXPECT_EQ(codes_beside({"ward", Coded{4}}, ">=", "2"), (Codes{2, 3}));
}

TEST(Values, OfDatesAreRead) {
  Binned days{true, {0, 31, 59}, Outside::clip};
  days.calendar = Calendar::date;
  const Attribute born{"born", days};
  EXPECT_EQ(codes_beside(born, ">=", "1970-02-01"), Codes{1});
  EXPECT_THROW(codes_beside(born, ">=", "yesterday"), std::invalid_argument);
}

TEST(Values, AreNamedAsTheyAreRead) {
  Binned days{true, {0, 31, 59}, Outside::clip};
  days.calendar = Calendar::date;
  for (const Attribute& attribute :
       {ages(), doses(), colours(), Attribute{"ward", Coded{4}}, Attribute{"born", days}}) {
    for (std::uint32_t code = 0; code < attribute.size(); ++code) {
      EXPECT_EQ(codes_named(attribute, value_name(attribute, code)), Codes{code}) << value_name(attribute, code);
    }
  }
}

}  // namespace
}  // namespace fedloom::schema
