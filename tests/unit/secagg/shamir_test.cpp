// Sharing of a secret: enough shares give it back, too few say nothing at all. What "nothing" means is checked by
// counting over every choice of the coefficients of one byte; a broken twin must be caught by the same count.

#include "shamir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <set>

#include "stream_fixture.hpp"

namespace fedloom::secagg {
namespace {

using Points = std::vector<std::uint8_t>;
using ShamirDeathTest = testing::Test;

/// Gives chosen bytes, each as often as it takes to fill one coefficient.
class ChosenCoefficients final : public RandomWords {
 public:
  explicit ChosenCoefficients(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

 private:
  void refill(std::span<std::uint64_t> out) override {
    for (std::size_t k = 0; k < out.size(); ++k) {
      const std::size_t coefficient = std::min(k / 4, bytes_.size() - 1);
      out[k] = bytes_[coefficient] * 0x0101010101010101U;
    }
  }
  std::vector<std::uint8_t> bytes_;
};

Points first_points(std::size_t count) {
  Points points(count);
  std::iota(points.begin(), points.end(), std::uint8_t{1});
  return points;
}

/// What the members of `subset` (a set of bits) put together.
SecretBytes combined(const std::vector<SecretBytes>& shares, const Points& points, unsigned subset) {
  Points chosen;
  std::vector<SecretBytes> held;
  for (std::size_t k = 0; k < points.size(); ++k) {
    if ((subset >> k & 1U) == 0) continue;
    chosen.push_back(points[k]);
    held.push_back(shares[k].clone());
  }
  return Combiner(chosen).combine(held);
}

TEST(Shamir, EverySubsetOfAtLeastTheThresholdGivesTheSecretBackAndNoSmallerOneDoes) {
  test::SplitMixRandom random(1);
  for (std::size_t n = 1; n <= 6; ++n) {
    for (std::size_t threshold = 1; threshold <= n; ++threshold) {
      const SecretBytes secret = drawn(random);
      const auto shares = split(secret, threshold, first_points(n), random);
      ASSERT_EQ(shares.size(), n);
      for (unsigned subset = 1; subset < 1U << n; ++subset) {
        const bool enough = static_cast<std::size_t>(std::popcount(subset)) >= threshold;
        EXPECT_EQ(hex_of(combined(shares, first_points(n), subset)) == hex_of(secret), enough)
            << n << " points, threshold " << threshold << ", subset " << subset;
      }
    }
  }
}

TEST(Shamir, WorksAtThePointsOfAHundredSites) {
  test::SplitMixRandom random(2);
  const Points points = first_points(100);
  EXPECT_EQ(point_of(0), points.front());
  EXPECT_EQ(point_of(99), points.back());
  const SecretBytes secret = drawn(random);
  const auto shares = split(secret, 67, points, random);
  std::set<std::string> seen;
  for (const auto& share : shares) seen.insert(hex_of(share));
  EXPECT_EQ(seen.size(), 100U);
  for (const std::size_t first : {0U, 1U, 20U, 33U}) {
    const auto some = std::span(shares).subspan(first, 67);
    EXPECT_EQ(hex_of(Combiner(std::span(points).subspan(first, 67)).combine(some)), hex_of(secret));
  }
  EXPECT_NE(hex_of(Combiner(std::span(points).first(66)).combine(std::span(shares).first(66))), hex_of(secret));
}

TEST(Shamir, ServesAnyPointsInAnyOrder) {
  test::SplitMixRandom random(3);
  const SecretBytes secret = drawn(random);
  const Points points{255, 3, 128, 77};
  const auto shares = split(secret, 3, points, random);
  EXPECT_EQ(hex_of(combined(shares, points, 0b1011)), hex_of(secret));
  EXPECT_EQ(hex_of(combined(shares, points, 0b1110)), hex_of(secret));
}

TEST(Shamir, MultipliesAsInFips197) {
  ChosenCoefficients random({0x57});
  const auto shares = split(SecretBytes(filled(0)), 2, Points{0x83, 0x13, 1}, random);
  EXPECT_EQ(hex_of(shares[0]), hex_of(SecretBytes(filled(0xc1))));  // section 4.2
  EXPECT_EQ(hex_of(shares[1]), hex_of(SecretBytes(filled(0xfe))));  // section 4.2.1
  EXPECT_EQ(hex_of(shares[2]), hex_of(SecretBytes(filled(0x57))));
}

TEST(Shamir, AThresholdOfOneGivesTheSecretToEveryone) {
  test::SplitMixRandom random(4);
  const SecretBytes secret = drawn(random);
  for (const auto& share : split(secret, 1, first_points(3), random)) EXPECT_EQ(hex_of(share), hex_of(secret));
}

TEST(Shamir, EachByteHasAPolynomialOfItsOwn) {
  test::SplitMixRandom random(5);
  const auto shares = split(SecretBytes(filled(9)), 2, first_points(2), random);
  const auto view = shares[0].view();
  EXPECT_GT(std::set<std::uint8_t>(view.begin(), view.end()).size(), 16U);
}

/// How often one share takes each value over all coefficients from `least` on.
std::array<int, 256> law_of_one_share(std::uint8_t secret, std::uint8_t point, unsigned least) {
  std::array<int, 256> seen{};
  for (unsigned c = least; c < 256; ++c) {
    ChosenCoefficients random({static_cast<std::uint8_t>(c)});
    ++seen[split(SecretBytes(filled(secret)), 2, Points{point, 200}, random)[0].view()[7]];
  }
  return seen;
}

TEST(Shamir, OneShareOfTwoHasOneLawForEverySecret) {
  std::array<int, 256> uniform;
  uniform.fill(1);
  for (const std::uint8_t secret : Points{0, 1, 0x80, 255}) {
    for (const std::uint8_t point : Points{1, 2, 100}) EXPECT_EQ(law_of_one_share(secret, point, 0), uniform);
  }
}

TEST(Shamir, ATwinWhoseHighestCoefficientIsNeverZeroIsCaughtByTheSameCount) {
  EXPECT_NE(law_of_one_share(0, 1, 1), law_of_one_share(1, 1, 1));
}

TEST(Shamir, TwoSharesOfThreeTakeEveryPairOfValuesOnceForEverySecret) {
  for (const std::uint8_t secret : Points{0, 0xa5}) {
    std::vector<bool> seen(65536);
    for (unsigned c = 0; c < 65536; ++c) {
      ChosenCoefficients random({static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(c >> 8)});
      const auto shares = split(SecretBytes(filled(secret)), 3, Points{5, 9, 100}, random);
      seen[shares[0].view()[0] * 256U + shares[1].view()[31]] = true;
    }
    EXPECT_EQ(std::ranges::count(seen, true), 65536);
  }
}

TEST(ShamirDeathTest, PointsThatRepeatOrAreZeroAbort) {
  test::SplitMixRandom random(6);
  EXPECT_DEATH(split(SecretBytes(filled(1)), 2, Points{1, 2, 1}, random), "distinct");
  EXPECT_DEATH(split(SecretBytes(filled(1)), 2, Points{1, 0}, random), "distinct");
  EXPECT_DEATH(Combiner(Points{4, 4}), "distinct");
  EXPECT_DEATH(Combiner(Points{0, 4}), "distinct");
  EXPECT_DEATH(Combiner(Points{}), "empty");
}

TEST(ShamirDeathTest, AThresholdThatCannotBeReachedAborts) {
  test::SplitMixRandom random(7);
  EXPECT_DEATH(split(SecretBytes(filled(1)), 0, Points{1, 2}, random), "threshold");
  EXPECT_DEATH(split(SecretBytes(filled(1)), 3, Points{1, 2}, random), "threshold");
}

TEST(ShamirDeathTest, SharesThatDoNotFitThePointsAbort) {
  std::vector<SecretBytes> shares(1);
  EXPECT_DEATH(Combiner(Points{1, 2}).combine(shares), "shares");
}

}  // namespace
}  // namespace fedloom::secagg
