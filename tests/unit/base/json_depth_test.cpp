#include "fedloom/base/json_depth.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fedloom {
namespace {

TEST(NestedTooDeeply, CountsOpenBracketsOfBothKinds) {
  EXPECT_FALSE(nested_too_deeply(R"({"a":[1,[2]]})", 3));
  EXPECT_TRUE(nested_too_deeply(R"({"a":[1,[2]]})", 2));
  EXPECT_TRUE(nested_too_deeply(std::string(3000000, '[')));
  EXPECT_TRUE(nested_too_deeply(std::string(65, '{')));
}

TEST(NestedTooDeeply, ForgetsWhatWasClosed) {
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) wide += "[[]],";
  EXPECT_FALSE(nested_too_deeply(wide + "[]]", 3));
}

TEST(NestedTooDeeply, LooksIntoNoString) {
  EXPECT_FALSE(nested_too_deeply(R"(["[[[[[[\"[[[[\\"])", 1));
  EXPECT_TRUE(nested_too_deeply(R"(["\\",[[]]])", 2));
}

}  // namespace
}  // namespace fedloom
