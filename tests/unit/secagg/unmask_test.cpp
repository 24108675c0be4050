// The sum of the survivors' masked words, without their masks, for every set of lost sites: from the secrets
// themselves, and put together from shares as in a round. Values differ from site to site, so that one left out or
// counted twice shows.

#include <gtest/gtest.h>

#include <bit>
#include <numeric>

#include "fedloom/base/error.hpp"
#include "shamir.hpp"
#include "stream_fixture.hpp"

namespace fedloom::secagg {
namespace {

using UnmaskDeathTest = testing::Test;

constexpr std::size_t length = 5;
std::uint64_t value_of(std::size_t site, std::size_t word) { return (std::uint64_t{1} << 3 * site) * (word + 1); }

/// Words of one site under both kinds of mask.
Words masked(const Sites& sites, std::size_t site) {
  Words words = pairwise_words(sites.secrets_of(site), about(), length);
  add_stream(self_key(sites.seed(site), about(), sites.parties()[site]), Sign::plus, words);
  for (std::size_t k = 0; k < length; ++k) words[k] += value_of(site, k);
  return words;
}
std::vector<Words> all_masked(const Sites& sites) {
  std::vector<Words> all;
  for (std::size_t i = 0; i < sites.count(); ++i) all.push_back(masked(sites, i));
  return all;
}

bool is_lost(unsigned lost, std::size_t site) { return (lost >> site & 1U) != 0; }
Words sum_of_survivors(const std::vector<Words>& all, unsigned lost) {
  Words sum(length);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < length && !is_lost(lost, i); ++k) sum[k] += all[i][k];
  }
  return sum;
}
Words exact_sum(std::size_t sites, unsigned lost) {
  Words sum(length);
  for (std::size_t i = 0; i < sites; ++i) {
    for (std::size_t k = 0; k < length && !is_lost(lost, i); ++k) sum[k] += value_of(i, k);
  }
  return sum;
}

/// The secrets that are shown when the sites of `lost` are lost.
Unmasking shown(const Sites& sites, unsigned lost) {
  Unmasking secrets{.parties = sites.parties()};
  for (std::size_t i = 0; i < sites.count(); ++i) {
    secrets.self_seed.emplace_back();
    secrets.mask_key.emplace_back();
    if (is_lost(lost, i)) {
      secrets.mask_key.back().emplace(sites.key(i).secret().clone());
    } else {
      secrets.self_seed.back().emplace(sites.seed(i).clone());
    }
  }
  return secrets;
}

TEST(Unmask, GivesTheExactSumForEverySetOfLostSitesOfThreeToTen) {
  for (std::size_t n = 3; n <= 10; ++n) {
    const Sites sites(n, n);
    const auto all = all_masked(sites);
    for (unsigned lost = 0; lost + 1 < 1U << n; ++lost) {
      Words sum = sum_of_survivors(all, lost);
      ASSERT_NE(sum, exact_sum(n, lost));
      unmask(shown(sites, lost), about(), sum, 1 + lost % 3);
      ASSERT_EQ(sum, exact_sum(n, lost)) << n << " sites, lost " << lost;
    }
  }
}

/// Shares of every site's secrets, by owner and holder.
struct Shared {
  std::vector<std::vector<SecretBytes>> self_seed, mask_key;
};
Shared shares_of(const Sites& sites, std::size_t threshold) {
  test::SplitMixRandom random(9);
  std::vector<std::uint8_t> points(sites.count());
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = point_of(i);
  Shared shared;
  for (std::size_t i = 0; i < sites.count(); ++i) {
    shared.self_seed.push_back(split(sites.seed(i), threshold, points, random));
    shared.mask_key.push_back(split(sites.key(i).secret(), threshold, points, random));
  }
  return shared;
}

/// What the first `threshold` survivors show.
Unmasking from_shares(const Sites& sites, const Shared& shared, std::size_t threshold, unsigned lost) {
  std::vector<std::size_t> holders;
  std::vector<std::uint8_t> points;
  for (std::size_t i = 0; i < sites.count() && holders.size() < threshold; ++i) {
    if (is_lost(lost, i)) continue;
    holders.push_back(i);
    points.push_back(point_of(i));
  }
  const Combiner combiner(points);
  Unmasking secrets{.parties = sites.parties()};
  for (std::size_t i = 0; i < sites.count(); ++i) {
    std::vector<SecretBytes> held;
    for (const std::size_t holder : holders) {
      held.push_back((is_lost(lost, i) ? shared.mask_key : shared.self_seed)[i][holder].clone());
    }
    secrets.self_seed.emplace_back();
    secrets.mask_key.emplace_back();
    if (is_lost(lost, i)) {
      secrets.mask_key.back().emplace(combiner.combine(held));
      EXPECT_EQ(secrets.mask_key.back()->public_key(), sites.parties()[i].mask_key);
    } else {
      secrets.self_seed.back().emplace(combiner.combine(held));
    }
  }
  return secrets;
}

TEST(Unmask, GivesTheExactSumFromSharesForEveryAllowedSetOfLostSites) {
  for (std::size_t n = 3; n <= 10; ++n) {
    const std::size_t dropouts = (n - 1) / 3;
    const Sites sites(n, 50 + n);
    const auto all = all_masked(sites);
    const Shared shared = shares_of(sites, n - dropouts);
    for (unsigned lost = 0; lost < 1U << n; ++lost) {
      if (static_cast<std::size_t>(std::popcount(lost)) > dropouts) continue;
      Words sum = sum_of_survivors(all, lost);
      unmask(from_shares(sites, shared, n - dropouts, lost), about(), sum);
      ASSERT_EQ(sum, exact_sum(n, lost)) << n << " sites, lost " << lost;
    }
  }
}

TEST(Unmask, OneShareTooFewOpensNothing) {
  const Sites sites(4);
  const Shared shared = shares_of(sites, 3);
  Words sum = sum_of_survivors(all_masked(sites), 0);
  unmask(from_shares(sites, shared, 2, 0), about(), sum);
  const Words exact = exact_sum(4, 0);
  for (std::size_t k = 0; k < length; ++k) EXPECT_NE(sum[k], exact[k]);
}

TEST(Unmask, OpensNothingInAnotherContextOrOfAnotherPlan) {
  const Sites sites(3);
  for (const MaskContext& other :
       {MaskContext{sha256("another"), about().plan}, {about().context, sha256("another")}}) {
    for (const unsigned lost : {0U, 2U}) {
      Words sum = sum_of_survivors(all_masked(sites), lost);
      unmask(shown(sites, lost), other, sum);
      for (std::size_t k = 0; k < length; ++k) EXPECT_NE(sum[k], exact_sum(3, lost)[k]);
    }
  }
}

TEST(Unmask, AHundredSitesOfWhichTenAreLostAddUpExactly) {
  const Sites sites(100);
  Words sum(2);
  Words exact(2);
  Unmasking secrets{.parties = sites.parties()};
  for (std::size_t i = 0; i < 100; ++i) {
    secrets.self_seed.emplace_back();
    secrets.mask_key.emplace_back();
    if (i % 10 == 3) {
      secrets.mask_key.back().emplace(sites.key(i).secret().clone());
      continue;
    }
    secrets.self_seed.back().emplace(sites.seed(i).clone());
    add_streams(pairwise_streams(sites.secrets_of(i), about()), sum);
    add_stream(self_key(sites.seed(i), about(), sites.parties()[i]), Sign::plus, sum);
    for (std::size_t k = 0; k < 2; ++k) {
      sum[k] += i * i + k;
      exact[k] += i * i + k;
    }
  }
  unmask(secrets, about(), sum, 2);
  EXPECT_EQ(sum, exact);
}

TEST(UnmaskDeathTest, BothSecretsOfASiteOrNeitherAbort) {
  const Sites sites(3);
  Words sum(length);
  Unmasking both = shown(sites, 1);
  both.self_seed[0].emplace(sites.seed(0).clone());
  EXPECT_DEATH(unmask(both, about(), sum), "self_seed");
  Unmasking neither = shown(sites, 1);
  neither.self_seed[2].reset();
  EXPECT_DEATH(unmask(neither, about(), sum), "self_seed");
  Unmasking fewer = shown(sites, 1);
  fewer.mask_key.pop_back();
  EXPECT_DEATH(unmask(fewer, about(), sum), "mask_key");
}

TEST(Unmask, NamesAMaskKeyOfLowOrder) {
  const Sites sites(3);
  Unmasking secrets = shown(sites, 1);
  secrets.parties[2].mask_key = {};
  Words sum(length);
  EXPECT_THROW(unmask(secrets, about(), sum, 1), PeerError);
  EXPECT_THROW(unmask(secrets, about(), sum, 2), PeerError);
}

}  // namespace
}  // namespace fedloom::secagg
