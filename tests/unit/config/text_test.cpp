#include "text.hpp"

#include <gtest/gtest.h>

namespace fedloom::config {
namespace {

TEST(Nearest, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(nearest("epsilom", {"delta", "epsilon"}), "epsilon");
  EXPECT_EQ(nearest("dleta", {"delta", "data"}), "delta");
  EXPECT_EQ(nearest("max_row", {"max_rows", "max_sites"}), "max_rows");
}

TEST(Nearest, TakesNamesUpToAHundredBytes) {
  const std::string name(100, 'a');
  EXPECT_EQ(nearest(name.substr(1) + "b", {name}), name);
  EXPECT_EQ(nearest("b" + name.substr(2), {name}), name);
  EXPECT_EQ(nearest(name + "a", {name}), "");
  EXPECT_EQ(nearest(name, {name + "a"}), "");
}

TEST(Nearest, SuggestsNothingThatIsFarAway) {
  EXPECT_EQ(nearest("zzz", {"delta", "epsilon"}), "");
  EXPECT_EQ(nearest(std::string(1000, 'a'), {std::string(1000, 'a')}), "");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(Clipped, ShortensAndHidesControlCharacters) {
  EXPECT_EQ(clipped("plain"), "plain");
  EXPECT_EQ(clipped("a\nb\x1b[31m"), "a?b?[31m");
  EXPECT_EQ(clipped(std::string(50, 'x')), std::string(40, 'x') + "…");
  EXPECT_EQ(clipped("\xFFz"), "?z");
}

TEST(Utf8, IsCheckedToTheLetterOfItsStandard) {
  for (const char* good : {"", "plain", "é", "€", "😀", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(first_invalid_utf8(good), std::string_view::npos) << good;
  }
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xC3z"}) {
    EXPECT_EQ(first_invalid_utf8(bad), 0u);
  }
  EXPECT_EQ(first_invalid_utf8("ab\xFF"), 2u);
}

}  // namespace
}  // namespace fedloom::config
