// Masks cancel in the sum and hide each site from everyone else. Who colludes is given all that it knows: the public
// keys, the coordinator's view, and the secrets of the colluding sites. A broken twin, whose pair secrets follow from
// the public keys, must be caught by the same check.

#include "mask_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "support/split_mix_random.hpp"

namespace fedloom::secagg {
namespace {

using Words = std::vector<std::uint64_t>;
/// How a pair's secret is made from one side's secret key and the other's public key.
using Agreement = std::function<SecretBytes(const MaskKey& own, const PublicKey& peer)>;

SecretBytes by_x25519(const MaskKey& own, const PublicKey& peer) { return own.agree(peer).value(); }
/// The broken twin: whoever sees the key list can do this.
SecretBytes by_public_keys(const PublicKey& one, const PublicKey& other) {
  const auto [low, high] = std::minmax(one, other);
  return SecretBytes(FieldHasher().field(ByteView(low)).field(ByteView(high)).finish());
}
SecretBytes by_public_keys_of(const MaskKey& own, const PublicKey& peer) {
  return by_public_keys(own.public_key(), peer);
}

class Sites {
 public:
  Sites(std::size_t count, const Agreement& agreement, std::uint64_t seed = 1) {
    test::SplitMixRandom random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      keys_.emplace_back(random);
      PublicKey identity{};
      identity.fill(static_cast<std::uint8_t>(i));
      parties_.push_back({identity, keys_.back().public_key()});
    }
    agreement_ = agreement;
  }
  void renew_key(std::size_t site, std::uint64_t seed) {
    test::SplitMixRandom random(seed);
    keys_[site] = MaskKey(random);
    parties_[site].mask_key = keys_[site].public_key();
  }
  std::size_t count() const { return keys_.size(); }
  const std::vector<Party>& parties() const { return parties_; }
  SecretBytes secret(std::size_t own, std::size_t peer) const {
    return agreement_(keys_[own], parties_[peer].mask_key);
  }
  SessionKeys keys_of(std::size_t self) const {
    SessionKeys keys{.parties = parties_, .self = self, .shared = std::vector<SecretBytes>(count())};
    for (std::size_t j = 0; j < count(); ++j) {
      if (j != self) keys.shared[j] = secret(self, j);
    }
    return keys;
  }

 private:
  std::vector<MaskKey> keys_;
  std::vector<Party> parties_;
  Agreement agreement_;
};

const Digest context = sha256("context");
const Digest plan = sha256("plan");

void take_off(Words& mask, const SecretBytes& shared, const std::vector<Party>& parties, std::size_t self,
              std::size_t peer) {
  const auto [low, high] = std::minmax(self, peer);
  // The opposite of what the site did.
  add_stream(pair_key(shared, context, plan, parties[low], parties[high]), self < peer ? Sign::minus : Sign::plus,
             mask);
}

/// What is left of a site's mask when the first `colluding` sites open all their secrets, and the coordinator tries for
/// every other pair what the public keys alone give.
Words after_collusion(const Sites& sites, std::size_t victim, std::size_t colluding, std::size_t length) {
  Words mask = mask_words(sites.keys_of(victim), context, plan, length);
  for (std::size_t peer = 0; peer < sites.count(); ++peer) {
    if (peer == victim) continue;
    const auto& parties = sites.parties();
    if (peer < colluding) {
      take_off(mask, sites.secret(peer, victim), parties, victim, peer);
    } else {
      take_off(mask, by_public_keys(parties[victim].mask_key, parties[peer].mask_key), parties, victim, peer);
    }
  }
  return mask;
}

/// Pearson's chi-square over the bytes: 255 degrees of freedom, mean 255, standard deviation 22.6.
double byte_chi_square(const Words& words) {
  std::array<double, 256> seen{};
  for (std::uint64_t word : words) {
    for (int k = 0; k < 8; ++k, word >>= 8) ++seen[word & 0xff];
  }
  const double expected = static_cast<double>(words.size()) * 8 / 256;
  return std::accumulate(seen.begin(), seen.end(), 0.0,
                         [expected](double sum, double n) { return sum + (n - expected) * (n - expected) / expected; });
}
/// P(chi-square with 255 degrees of freedom > 415) < 1e-9.
constexpr double uniform_limit = 415;
constexpr std::size_t long_mask = 131072;  // 2^20 bytes

TEST(MaskMaker, MasksOfAllSitesAddUpToNothing) {
  for (std::size_t n = 2; n <= 10; ++n) {
    const Sites sites(n, by_x25519, n);
    Words sum(3000);
    for (std::size_t i = 0; i < n; ++i) {
      const Words mask = mask_words(sites.keys_of(i), context, plan, sum.size());
      EXPECT_NE(mask, Words(sum.size()));
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += mask[k];
    }
    EXPECT_EQ(sum, Words(sum.size())) << n;
  }
}

TEST(MaskMaker, EachContextAndPlanHasAMaskOfItsOwn) {
  const Sites sites(2, by_x25519);
  const Words mask = mask_words(sites.keys_of(0), context, plan, 4);
  EXPECT_EQ(mask_words(sites.keys_of(0), context, plan, 4), mask);
  const Words of_other_context = mask_words(sites.keys_of(0), sha256("another"), plan, 4);
  const Words of_other_plan = mask_words(sites.keys_of(0), context, sha256("another plan"), 4);
  for (std::size_t k = 0; k < mask.size(); ++k) {
    EXPECT_NE(mask[k], of_other_context[k]);
    EXPECT_NE(mask[k], of_other_plan[k]);
  }
}

TEST(MaskMaker, APairsKeyIsBoundToBothParties) {
  const Sites sites(3, by_x25519);
  const SecretBytes shared = sites.secret(0, 1);
  const auto& parties = sites.parties();
  const auto hex_of = [](const SecretBytes& key) { return to_hex(ByteView(key.view())); };
  const auto key = hex_of(pair_key(shared, context, plan, parties[0], parties[1]));
  EXPECT_NE(hex_of(pair_key(shared, context, plan, parties[1], parties[0])), key);
  EXPECT_NE(hex_of(pair_key(shared, context, plan, parties[0], parties[2])), key);
  Party other_identity = parties[1];
  other_identity.identity[0] ^= 1;
  EXPECT_NE(hex_of(pair_key(shared, context, plan, parties[0], other_identity)), key);
}

TEST(MaskMakerDeathTest, ASecondMaskForOneContextAborts) {
  MaskMaker maker(Sites(2, by_x25519).keys_of(0));
  EXPECT_EQ(maker.make(context, plan, 5).length(), 5U);
  EXPECT_EQ(maker.make(sha256("next"), plan, 5).length(), 5U);
  EXPECT_DEATH(maker.make(context, plan, 5), "fresh");
  EXPECT_DEATH(maker.make(context, sha256("another plan"), 5), "fresh");
}

TEST(MaskMakerDeathTest, ALoneSiteHasNoMask) {
  EXPECT_DEATH(
      MaskMaker(SessionKeys{.parties = std::vector<Party>(1), .self = 0, .shared = std::vector<SecretBytes>(1)}),
      "parties");
}

class Collusion : public testing::TestWithParam<std::size_t> {};

TEST_P(Collusion, LeavesTheMaskOfAnHonestSiteUniform) {
  const Sites sites(5, by_x25519);
  EXPECT_LT(byte_chi_square(after_collusion(sites, 4, GetParam(), long_mask)), uniform_limit);
}

TEST_P(Collusion, IsCaughtByTheSameCheckWhenSecretsFollowFromPublicKeys) {
  const Sites broken(5, by_public_keys_of);
  const Words left = after_collusion(broken, 4, GetParam(), long_mask);
  EXPECT_GT(byte_chi_square(left), uniform_limit);
  EXPECT_EQ(left, Words(long_mask));  // the share lies open
}

// The coordinator alone, and with up to all but two of the five sites.
INSTANTIATE_TEST_SUITE_P(Colluders, Collusion, testing::Values(0, 1, 2, 3));

TEST(MaskMaker, OpensToTheColludersWhenOnlyOneSiteIsHonest) {
  const Sites sites(3, by_x25519);
  EXPECT_EQ(after_collusion(sites, 2, 2, 100), Words(100));  // so the check above can fail
}

TEST(MaskMaker, WhatColludersSeeDoesNotDependOnTheHonestPairsSecret) {
  // Sites 0 and 1 collude. Two worlds that differ in the secret of the pair (2, 3) only.
  const Sites sites(4, by_x25519);
  const auto mask_with = [&sites](std::size_t self, std::size_t peer, std::uint8_t fill) {
    SessionKeys keys = sites.keys_of(self);
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(fill);
    keys.shared[peer] = SecretBytes(bytes);
    return mask_words(keys, context, plan, 1000);
  };
  const Words two_a = mask_with(2, 3, 1), two_b = mask_with(2, 3, 2);
  const Words three_a = mask_with(3, 2, 1), three_b = mask_with(3, 2, 2);
  for (std::size_t k = 0; k < two_a.size(); ++k) {
    EXPECT_NE(two_a[k], two_b[k]);
    EXPECT_EQ(two_a[k] + three_a[k], two_b[k] + three_b[k]);
  }
}

TEST(MaskMaker, ANewKeyOfOneSiteLeavesTheOthersPairsAsTheyWere) {
  Sites sites(3, by_x25519);
  const auto before = to_hex(ByteView(sites.secret(0, 1).view()));
  const auto with_two = to_hex(ByteView(sites.secret(0, 2).view()));
  sites.renew_key(2, 99);
  EXPECT_EQ(to_hex(ByteView(sites.secret(0, 1).view())), before);
  EXPECT_NE(to_hex(ByteView(sites.secret(0, 2).view())), with_two);
}

}  // namespace
}  // namespace fedloom::secagg
