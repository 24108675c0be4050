#include "fedloom/boundary/raw.hpp"

#include <gtest/gtest.h>

#include "fixtures.hpp"

namespace fedloom::boundary {
namespace {

using RawCountsDeathTest = ::testing::Test;

TEST(RawCounts, AddingAnotherPartKeepsTheLargerBound) {
  RawCounts counts({1, 2}, privacy::L2Bound{4});
  counts.add(RawCounts({10, 20}, privacy::L2Bound{9}));
  counts.add(RawCounts({100, 200}, privacy::L2Bound{1}));
  EXPECT_EQ(counts.l2().squared, 9U);
}

TEST(RawCounts, AddingAnotherPartAddsEachCell) {
  auto raw = test::counts_of({1, 2, 3});
  raw.front().add(RawCounts({1000, 0, -3}, privacy::L2Bound{1}));
  test::Payer payer;
  test::SplitMixRandom random(5);
  const auto words = test::words_of(Releaser(random).release(std::move(raw), payer.pay({test::gaussian(3)})));
  // The same noise over the sum that was expected.
  EXPECT_EQ(words, test::words_of(test::share_of({1001, 2, 0}, 1, 5)));
}

TEST(RawCountsDeathTest, AddingCountsOfAnotherLengthAborts) {
  RawCounts counts({1, 2}, privacy::L2Bound{1});
  EXPECT_DEATH(counts.add(RawCounts({1}, privacy::L2Bound{1})), "broken invariant");
}

}  // namespace
}  // namespace fedloom::boundary
