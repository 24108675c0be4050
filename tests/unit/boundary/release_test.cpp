#include "fedloom/boundary/release.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fedloom/privacy/sampler.hpp"
#include "fixtures.hpp"

namespace fedloom::boundary {
namespace {

using test::counts_of;
using test::gaussian;
using ReleaserDeathTest = ::testing::Test;

TEST(Releaser, AddsTheNoiseOfTheEventToTheScaledCounts) {
  test::SplitMixRandom random(3), again(3);
  std::vector<std::int64_t> noise(3);
  privacy::discrete_gaussian_fill(gaussian(3).site_noise, noise, again);

  test::Payer payer;
  const auto words = test::words_of(Releaser(random).release(counts_of({0, 5, 1'000'000}), payer.pay({gaussian(3)})));

  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(static_cast<std::int64_t>(words[0]), noise[0]);
  EXPECT_EQ(static_cast<std::int64_t>(words[1]), 4 * 5 + noise[1]);
  EXPECT_EQ(static_cast<std::int64_t>(words[2]), 4 * 1'000'000 + noise[2]);
}

TEST(Releaser, NoisesEachQueryByItsOwnScaleInOrder) {
  auto coarse = gaussian(4000);
  coarse.site_noise = {.variance_num = 1'000'000, .variance_shift = 0, .grid_bits = 0};
  auto raw = counts_of(std::vector<std::int64_t>(4000, 0));
  raw.push_back(std::move(counts_of(std::vector<std::int64_t>(4000, 0)).front()));
  test::SplitMixRandom random(4);
  test::Payer payer;

  const auto words = test::words_of(Releaser(random).release(std::move(raw), payer.pay({gaussian(4000), coarse})));

  const auto variance = [&](std::size_t from) {
    double sum = 0;
    for (std::size_t k = from; k < from + 4000; ++k)
      sum += std::pow(static_cast<double>(static_cast<std::int64_t>(words[k])), 2);
    return sum / 4000;
  };
  // The mean of 4000 squares has a relative standard deviation of √(2/4000) = 2.2 %; 6 of them are allowed.
  EXPECT_NEAR(variance(0), 25.0, 25.0 * 0.135);
  EXPECT_NEAR(variance(4000), 1e6, 1e6 * 0.135);
}

TEST(Releaser, SelectsTheClearlyBestCandidate) {
  test::SplitMixRandom random(5);
  test::Payer payer;
  auto spend = payer.pay({privacy::ExponentialEvent{.epsilon_num = 1, .epsilon_shift = 0, .candidates = 3}});
  EXPECT_EQ(Releaser(random).select(RawScores({0, 1'000'000, 5}, 256), std::move(spend)), 1U);
}

TEST(Releaser, SelectsAtTheScaleThatTheEventAndTheSensitivityGive) {
  // ε = 3/4, Δ = 5: the scale 2Δ/ε is 40/3. 200 scores spread wide enough that another scale picks others.
  std::vector<std::int64_t> scores;
  for (std::int64_t k = 0; k < 200; ++k) scores.push_back(k % 40);
  test::SplitMixRandom random(6), again(6);
  test::Payer payer;
  for (int draw = 0; draw < 12; ++draw) {
    auto spend = payer.pay({privacy::ExponentialEvent{.epsilon_num = 3, .epsilon_shift = 2, .candidates = 200}});
    const auto picked = Releaser(random).select(RawScores(std::vector(scores), 5), std::move(spend));
    EXPECT_EQ(picked, privacy::exponential_mechanism(scores, {.num = 40, .den = 3}, again));
  }
}

TEST(ReleaserDeathTest, ReleasingMoreQueriesThanWerePaidForAborts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  auto raw = counts_of({1, 2});
  raw.emplace_back(std::vector<std::int64_t>{3}, privacy::L2Bound{1});
  EXPECT_DEATH(Releaser(random).release(std::move(raw), payer.pay({gaussian(2)})), "broken invariant");
}

TEST(ReleaserDeathTest, ReleasingAnotherLengthThanWasPaidForAborts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  EXPECT_DEATH(Releaser(random).release(counts_of({1, 2, 3}), payer.pay({gaussian(2)})), "broken invariant");
}

TEST(ReleaserDeathTest, ReleasingCountsOfALargerSensitivityThanWasPaidForAborts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  std::vector<RawCounts> raw;
  raw.emplace_back(std::vector<std::int64_t>{1, 2}, privacy::L2Bound{4});
  EXPECT_DEATH(Releaser(random).release(std::move(raw), payer.pay({gaussian(2)})), "broken invariant");
}

TEST(ReleaserDeathTest, MixingNumbersOfContributorsAborts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  auto raw = counts_of({1});
  raw.emplace_back(std::vector<std::int64_t>{3}, privacy::L2Bound{1});
  EXPECT_DEATH(Releaser(random).release(std::move(raw), payer.pay({gaussian(1, 1), gaussian(1, 2)})),
               "broken invariant");
}

TEST(ReleaserDeathTest, PayingForASelectionDoesNotPayForCounts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  EXPECT_DEATH(Releaser(random).release(counts_of({1, 2}), payer.pay({privacy::ExponentialEvent{1, 0, 2}})),
               "broken invariant");
}

TEST(ReleaserDeathTest, UsingATokenTwiceAborts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  auto spend = payer.pay({gaussian(2)});
  const Releaser releaser(random);
  const auto first = releaser.release(counts_of({1, 2}), std::move(spend));
  EXPECT_EQ(first.length(), 2U);
  EXPECT_DEATH(releaser.release(counts_of({1, 2}), std::move(spend)), "broken invariant");
}

TEST(ReleaserDeathTest, SelectingAmongAnotherNumberOfCandidatesThanWasPaidForAborts) {
  test::SplitMixRandom random(1);
  test::Payer payer;
  auto spend = payer.pay({privacy::ExponentialEvent{1, 0, 3}});
  EXPECT_DEATH(Releaser(random).select(RawScores({1, 2}, 1), std::move(spend)), "broken invariant");
}

}  // namespace
}  // namespace fedloom::boundary
