#include "fedloom/schema/domain.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedloom::schema {
namespace {

TEST(Domain, LaysAttributesOutOneAfterTheOther) {
  const Domain domain({{"age", 3}, {"sex", 2}, {"income", 4}});
  EXPECT_EQ(domain.dimensions(), 3u);
  EXPECT_EQ(domain.offset(0), 0u);
  EXPECT_EQ(domain.offset(1), 3u);
  EXPECT_EQ(domain.offset(2), 5u);
  EXPECT_EQ(domain.width(), 9u);
  EXPECT_EQ(domain.name(2), "income");
}

TEST(Domain, OfNoAttributesHasWidthZero) { EXPECT_EQ(Domain().width(), 0u); }

TEST(Domain, RefusesEmptyAttributesAndRepeatedOrMissingNames) {
  EXPECT_THROW(Domain({{"age", 0}}), std::invalid_argument);
  EXPECT_THROW(Domain({{"", 2}}), std::invalid_argument);
  EXPECT_THROW(Domain({{"age", 2}, {"age", 3}}), std::invalid_argument);
}

TEST(Domain, RefusesMoreValuesThanThirtyTwoBitsCount) {
  EXPECT_THROW(Domain({{"a", 4294967295u}, {"b", 1}}), std::invalid_argument);
  EXPECT_NO_THROW(Domain({{"a", 4294967294u}, {"b", 1}}));
}

}  // namespace
}  // namespace fedloom::schema
