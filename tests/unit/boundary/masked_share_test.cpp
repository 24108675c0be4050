#include "fedloom/boundary/masked_share.hpp"

#include <gtest/gtest.h>

#include "fixtures.hpp"

namespace fedloom::boundary {
namespace {

using secagg::MaskMaker;
using MaskedShareDeathTest = ::testing::Test;

TEST(MaskedShare, IsTheShareWhereTheMaskIsTakenAway) {
  const std::vector<std::uint64_t> mask{1, UINT64_MAX, 0x123456789abcdef0};
  const auto plain = test::words_of(test::share_of({10, 20, 30}));

  const auto sealed = MaskedShare::seal(test::share_of({10, 20, 30}), MaskMaker::of(mask));

  ASSERT_EQ(sealed.words().size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(sealed.words()[k] - mask[k], plain[k]);
  EXPECT_NE(sealed.words()[0], plain[0]);
}

TEST(MaskedShareDeathTest, SealingUnderAMaskOfAnotherLengthAborts) {
  EXPECT_DEATH(MaskedShare::seal(test::share_of({1, 2}), MaskMaker::of({1})), "broken invariant");
}

TEST(MaskedShareDeathTest, SealingTwiceUnderOneMaskAborts) {
  auto mask = MaskMaker::of({1, 2});
  const auto first = MaskedShare::seal(test::share_of({1, 2}), std::move(mask));
  EXPECT_EQ(first.words().size(), 2U);
  EXPECT_DEATH(MaskedShare::seal(test::share_of({1, 2}), std::move(mask)), "broken invariant");
}

}  // namespace
}  // namespace fedloom::boundary
