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

TEST(MaskedShareDeathTest, SealingAShareTwiceAborts) {
  auto share = test::share_of({1, 2});
  const auto first = MaskedShare::seal(std::move(share), MaskMaker::of({1, 2}));
  EXPECT_EQ(first.words().size(), 2U);
  EXPECT_DEATH(MaskedShare::seal(std::move(share), MaskMaker::of({3, 4})), "words.empty");
}

TEST(MaskedShare, IsSentInPartsThatMakeTheWhole) {
  const auto whole = MaskedShare::from_wire({1, 2, 3, 4, 5});
  const auto first = whole.part(0, 2);
  const auto last = whole.part(2, 3);
  EXPECT_EQ(std::vector(first.words().begin(), first.words().end()), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(std::vector(last.words().begin(), last.words().end()), (std::vector<std::uint64_t>{3, 4, 5}));
  EXPECT_TRUE(whole.part(5, 0).words().empty());
}

TEST(MaskedShareDeathTest, APartBeyondTheEndAborts) {
  const auto whole = MaskedShare::from_wire({1, 2, 3});
  EXPECT_DEATH(whole.part(1, 3), "broken invariant");
  EXPECT_DEATH(whole.part(4, 0), "broken invariant");
  EXPECT_DEATH(whole.part(1, SIZE_MAX), "broken invariant");
}

}  // namespace
}  // namespace fedloom::boundary
