// Masks cancel in the sum and hide each site from everyone else. Who colludes is given all that it knows: the public
// keys, the coordinator's view, and the secrets of the colluding sites. A broken twin, whose pair secrets follow from
// the public keys, must be caught by the same check.

#include "mask_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <variant>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/release.hpp"
#include "stream_fixture.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::secagg {
namespace {

/// The broken twin: whoever sees the key list can do this.
SecretBytes by_public_keys(const PublicKey& one, const PublicKey& other) {
  const auto [low, high] = std::minmax(one, other);
  return SecretBytes(FieldHasher().field(ByteView(low)).field(ByteView(high)).finish());
}
SecretBytes by_public_keys_of(const MaskKey& own, const PublicKey& peer) {
  return by_public_keys(own.public_key(), peer);
}

void take_off(Words& mask, const SecretBytes& shared, const std::vector<Party>& parties, std::size_t self,
              std::size_t peer) {
  const auto [low, high] = std::minmax(self, peer);
  // The opposite of what the site did.
  add_stream(pair_key(shared, about(), parties[low], parties[high]), self < peer ? Sign::minus : Sign::plus, mask);
}

/// What is left of a site's mask when the first `colluding` sites open all their secrets, and the coordinator tries for
/// every other pair what the public keys alone give.
Words after_collusion(const Sites& sites, std::size_t victim, std::size_t colluding, std::size_t length) {
  Words mask = pairwise_words(sites.secrets_of(victim), about(), length);
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
    const Sites sites(n, n);
    Words sum(3000);
    for (std::size_t i = 0; i < n; ++i) {
      const Words mask = pairwise_words(sites.secrets_of(i), about(), sum.size());
      EXPECT_NE(mask, Words(sum.size()));
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += mask[k];
    }
    EXPECT_EQ(sum, Words(sum.size())) << n;
  }
}

TEST(MaskMaker, DerivesTheKnownKeysAndWords) {
  // tests/unit/secagg/known_answers.py
  const Party low{.identity = filled(1), .mask_key = filled(2)};
  const Party high{.identity = filled(3), .mask_key = filled(4)};
  const SecretBytes pair = pair_key(counted(), about(), low, high);
  EXPECT_EQ(hex_of(pair), "744ad200ddb83c3a57160ff33ca05aed331df5e2205f6ed2bfaccba9b852962b");
  const SecretBytes self = self_key(counted(), about(), low);
  EXPECT_EQ(hex_of(self), "36894892fe7b63254e793575593301ea53b05ca19900f6655e880ecba6abd33c");
  Words of_self(3000);
  add_stream(self, Sign::plus, of_self);
  EXPECT_EQ(of_self[0], 0x7386759f3d0db463U);
  EXPECT_EQ(of_self[2999], 0x5fac2a071831fb66U);

  PairSecrets secrets{.parties = {low, high}, .self = 0, .shared = std::vector<SecretBytes>(2)};
  secrets.shared[1] = counted();
  const Words of_pair = pairwise_words(secrets, about(), 3000);
  EXPECT_EQ(of_pair[0], 0x708039a6986f121fU);
  EXPECT_EQ(of_pair[1], 0xe91d87018ee36686U);
  EXPECT_EQ(of_pair[2999], 0x5bee88fda82acf7cU);
}

TEST(MaskMaker, EachContextAndPlanHasAMaskOfItsOwn) {
  const Sites sites(2);
  const PairSecrets secrets = sites.secrets_of(0);
  const Words mask = pairwise_words(secrets, about(), 4);
  EXPECT_EQ(pairwise_words(secrets, about(), 4), mask);
  const Words of_other_context = pairwise_words(secrets, {sha256("another"), about().plan}, 4);
  const Words of_other_plan = pairwise_words(secrets, {about().context, sha256("another plan")}, 4);
  for (std::size_t k = 0; k < mask.size(); ++k) {
    EXPECT_NE(mask[k], of_other_context[k]);
    EXPECT_NE(mask[k], of_other_plan[k]);
  }
}

TEST(MaskMaker, APairsKeyIsBoundToEveryByteOfBothPartiesTheContextAndTheSecret) {
  const Party low{.identity = filled(1), .mask_key = filled(2)};
  const Party high{.identity = filled(3), .mask_key = filled(4)};
  std::set<std::string> seen{hex_of(pair_key(counted(), about(), low, high)),
                             hex_of(pair_key(counted(), about(), high, low))};
  for (std::size_t k = 0; k < 32; ++k) {
    for (const auto field : {&Party::identity, &Party::mask_key}) {
      Party changed_low = low, changed_high = high;
      (changed_low.*field)[k] ^= 1;
      (changed_high.*field)[k] ^= 1;
      seen.insert(hex_of(pair_key(counted(), about(), changed_low, high)));
      seen.insert(hex_of(pair_key(counted(), about(), low, changed_high)));
    }
    for (const auto field : {&MaskContext::context, &MaskContext::plan}) {
      MaskContext changed = about();
      (changed.*field)[k] ^= 1;
      seen.insert(hex_of(pair_key(counted(), changed, low, high)));
    }
    SecretBytes secret = counted();
    secret.writable()[k] ^= 1;
    seen.insert(hex_of(pair_key(secret, about(), low, high)));
  }
  EXPECT_EQ(seen.size(), 2U + 32 * 7);
}

TEST(MaskMaker, ASelfKeyIsBoundToEveryByteOfItsPartyTheContextAndTheSeed) {
  const Party party{.identity = filled(1), .mask_key = filled(2)};
  std::set<std::string> seen{hex_of(self_key(counted(), about(), party))};
  for (std::size_t k = 0; k < 32; ++k) {
    for (const auto field : {&Party::identity, &Party::mask_key}) {
      Party changed = party;
      (changed.*field)[k] ^= 1;
      seen.insert(hex_of(self_key(counted(), about(), changed)));
    }
    for (const auto field : {&MaskContext::context, &MaskContext::plan}) {
      MaskContext changed = about();
      (changed.*field)[k] ^= 1;
      seen.insert(hex_of(self_key(counted(), changed, party)));
    }
    SecretBytes seed = counted();
    seed.writable()[k] ^= 1;
    seen.insert(hex_of(self_key(seed, about(), party)));
  }
  EXPECT_EQ(seen.size(), 1U + 32 * 5);
}

using PairKey = std::function<SecretBytes(const SecretBytes&, const MaskContext&, const Party&, const Party&)>;
/// The broken twin: the key of a session, for all of its rounds.
SecretBytes pair_key_of_session(const SecretBytes& shared, const MaskContext&, const Party& low, const Party& high) {
  return pair_key(shared, {}, low, high);
}
/// How many of the streams of 10^4 rounds, of three peers and the site itself, begin with a block seen before.
std::size_t repeated_streams(const PairKey& derive) {
  constexpr std::uint64_t rounds = 10000;
  const Sites sites(4);
  const PairSecrets secrets = sites.secrets_of(0);
  std::set<Words> seen;
  const auto first_block = [](const SecretBytes& key) {
    Words words(2);
    add_stream(key, Sign::plus, words);
    return words;
  };
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const MaskContext of_round{FieldHasher().field(round).finish(), about().plan};
    for (std::size_t peer = 1; peer < sites.count(); ++peer) {
      seen.insert(first_block(derive(secrets.shared[peer], of_round, secrets.parties[0], secrets.parties[peer])));
    }
    seen.insert(first_block(self_key(sites.seed(0), of_round, secrets.parties[0])));
  }
  return rounds * sites.count() - seen.size();
}

TEST(MaskMaker, NeverRepeatsAStreamInTenThousandRounds) { EXPECT_EQ(repeated_streams(pair_key), 0U); }

TEST(MaskMaker, ATwinThatReusesKeysAcrossRoundsIsCaughtByTheSameCount) {
  EXPECT_EQ(repeated_streams(pair_key_of_session), 3U * 9999);
}

/// A share whose noise is all the noise there is, so that its words can be compared; the same at every call.
boundary::NoisedShare share_of(std::size_t length) {
  const test::TempFolder folder;
  const SigningKey key = SigningKey::generate();
  privacy::Ledger ledger(folder / "ledger", key, test::fixed_timestamp);
  privacy::Accountant accountant(ledger, "run", {.per_run = {1e9}, .lifetime = std::nullopt});
  auto paid =
      accountant.spend({.round = 1,
                        .attempt = 0,
                        .stage = "test",
                        .events = {privacy::GaussianEvent{
                            .sensitivity = {1}, .site_noise = {25, 0, 2}, .contributors = 1, .dimension = length}}});
  std::vector<boundary::RawCounts> raw;
  raw.emplace_back(std::vector<std::int64_t>(length, 1000), privacy::L2Bound{1});
  test::SplitMixRandom noise(5);
  return boundary::Releaser(noise).release(std::move(raw), std::get<privacy::Spend>(std::move(paid)));
}

TEST(MaskMaker, MakesTheSumOfThePairsStreamsAndOfTheSitesOwn) {
  const Sites sites(3);
  const PairSecrets secrets = sites.secrets_of(1);
  const Words plain = boundary::reveal_central(share_of(2500)).words();
  for (const unsigned threads : {1U, 2U}) {
    MaskMaker maker(threads);
    for (const SecretBytes* seed : {static_cast<const SecretBytes*>(nullptr), &sites.seed(1)}) {
      const MaskContext of_round{sha256(seed ? "with recovery" : "all or nothing"), about().plan};
      Words expected = plain;
      for (const std::size_t peer : {0U, 2U}) {
        const auto& parties = sites.parties();
        add_stream(pair_key(secrets.shared[peer], of_round, parties[std::min<std::size_t>(1, peer)],
                            parties[std::max<std::size_t>(1, peer)]),
                   peer > 1 ? Sign::plus : Sign::minus, expected);
      }
      if (seed) add_stream(self_key(*seed, of_round, sites.parties()[1]), Sign::plus, expected);

      const auto sealed = boundary::MaskedShare::seal(share_of(2500), maker.make(of_round, secrets, seed));

      EXPECT_TRUE(std::ranges::equal(sealed.words(), expected));
      EXPECT_FALSE(std::ranges::equal(sealed.words(), plain));
    }
  }
}

TEST(MaskMakerDeathTest, ASecondMaskForOneContextAborts) {
  const Sites sites(2);
  const PairSecrets secrets = sites.secrets_of(0);
  MaskMaker maker;
  const auto first = maker.make(about(), secrets, nullptr);
  const auto next = maker.make({sha256("next"), about().plan}, secrets, &sites.seed(0));
  EXPECT_DEATH(maker.make(about(), secrets, nullptr), "fresh");
  EXPECT_DEATH(maker.make(about(), secrets, &sites.seed(0)), "fresh");
  EXPECT_DEATH(maker.make({about().context, sha256("another plan")}, secrets, nullptr), "fresh");
}

TEST(MaskMakerDeathTest, ALoneSiteHasNoMask) {
  const PairSecrets alone{.parties = std::vector<Party>(1), .self = 0, .shared = std::vector<SecretBytes>(1)};
  EXPECT_DEATH(MaskMaker().make(about(), alone, nullptr), "parties");
}

TEST(MaskMakerDeathTest, ASecretIsNeededForEachParty) {
  const PairSecrets few{.parties = std::vector<Party>(3), .self = 0, .shared = std::vector<SecretBytes>(2)};
  EXPECT_DEATH(MaskMaker().make(about(), few, nullptr), "shared");
  const PairSecrets outside{.parties = std::vector<Party>(2), .self = 2, .shared = std::vector<SecretBytes>(2)};
  EXPECT_DEATH(MaskMaker().make(about(), outside, nullptr), "self");
}

class Collusion : public testing::TestWithParam<std::size_t> {};

TEST_P(Collusion, LeavesTheMaskOfAnHonestSiteUniform) {
  const Sites sites(5);
  EXPECT_LT(byte_chi_square(after_collusion(sites, 4, GetParam(), long_mask)), uniform_limit);
}

TEST_P(Collusion, IsCaughtByTheSameCheckWhenSecretsFollowFromPublicKeys) {
  const Sites broken(5, 1, by_public_keys_of);
  const Words left = after_collusion(broken, 4, GetParam(), long_mask);
  EXPECT_GT(byte_chi_square(left), uniform_limit);
  EXPECT_EQ(left, Words(long_mask));  // the share lies open
}

// The coordinator alone, and with up to all but two of the five sites.
INSTANTIATE_TEST_SUITE_P(Colluders, Collusion, testing::Values(0, 1, 2, 3));

TEST(MaskMaker, OpensToTheColludersWhenOnlyOneSiteIsHonest) {
  const Sites sites(3);
  EXPECT_EQ(after_collusion(sites, 2, 2, 100), Words(100));  // so the check above can fail
}

TEST(MaskMaker, WhatColludersSeeDoesNotDependOnTheHonestPairsSecret) {
  // Sites 0 and 1 collude. Two worlds that differ in the secret of the pair (2, 3) only.
  const Sites sites(4);
  const auto mask_with = [&sites](std::size_t self, std::size_t peer, std::uint8_t fill) {
    PairSecrets secrets = sites.secrets_of(self);
    secrets.shared[peer] = SecretBytes(filled(fill));
    return pairwise_words(secrets, about(), 1000);
  };
  const Words two_a = mask_with(2, 3, 1), two_b = mask_with(2, 3, 2);
  const Words three_a = mask_with(3, 2, 1), three_b = mask_with(3, 2, 2);
  for (std::size_t k = 0; k < two_a.size(); ++k) {
    EXPECT_NE(two_a[k], two_b[k]);
    EXPECT_EQ(two_a[k] + three_a[k], two_b[k] + three_b[k]);
  }
}

TEST(MaskMaker, ANewKeyOfOneSiteLeavesTheOthersPairsAsTheyWere) {
  Sites sites(3);
  const auto before = hex_of(sites.secret(0, 1));
  const auto with_two = hex_of(sites.secret(0, 2));
  sites.renew_key(2, 99);
  EXPECT_EQ(hex_of(sites.secret(0, 1)), before);
  EXPECT_NE(hex_of(sites.secret(0, 2)), with_two);
}

}  // namespace
}  // namespace fedloom::secagg
