// What travels between two sites through the coordinator opens for its receiver, in its context, unchanged, and for
// nothing else. A broken twin, with one key for both directions, must be caught.

#include "share_box.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "stream_fixture.hpp"

namespace fedloom::secagg {
namespace {

BoxContext box() {
  return {.context = sha256("context"), .sender = filled(1), .receiver = filled(3), .terms = sha256("terms")};
}
SharePair pair_of(std::uint8_t self_seed, std::uint8_t mask_key) {
  return {.self_seed = SecretBytes(filled(self_seed)), .mask_key = SecretBytes(filled(mask_key))};
}

TEST(ShareBox, OpensForItsReceiver) {
  const auto opened = open(counted(), box(), seal(counted(), box(), pair_of(5, 6)));
  ASSERT_TRUE(opened);
  EXPECT_EQ(hex_of(opened->self_seed), to_hex(ByteView(filled(5))));
  EXPECT_EQ(hex_of(opened->mask_key), to_hex(ByteView(filled(6))));
}

TEST(ShareBox, GivesTheKnownAnswer) {
  // tests/unit/secagg/known_answers.py
  EXPECT_EQ(to_hex(ByteView(seal(counted(), box(), pair_of(5, 6)))),
            "c02de8566fb08766efc781e96807794dcc957ac3d6f3c27f9d45983d2537eaabdbe9ab8f8314b38b28056272d21fae4a"
            "65b1063b4116b922d7f3e49b0b9bd78603e0ee92efa04bf1799ad8341b24b430");
}

TEST(ShareBox, RefusesEveryFlippedBit) {
  const SealedPair sealed = seal(counted(), box(), pair_of(5, 6));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    SealedPair changed = sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(open(counted(), box(), changed)) << bit;
  }
  EXPECT_TRUE(open(counted(), box(), sealed));
}

TEST(ShareBox, IsBoundToContextPartiesTermsAndKey) {
  const SealedPair sealed = seal(counted(), box(), pair_of(5, 6));
  for (std::size_t k = 0; k < 32; ++k) {
    for (const auto field : {&BoxContext::context, &BoxContext::sender, &BoxContext::receiver, &BoxContext::terms}) {
      BoxContext other = box();
      (other.*field)[k] ^= 1;
      EXPECT_FALSE(open(counted(), other, sealed));
    }
    SecretBytes other_key = counted();
    other_key.writable()[k] ^= 1;
    EXPECT_FALSE(open(other_key, box(), sealed)) << k;
  }
}

BoxContext turned_round(BoxContext about) {
  std::swap(about.sender, about.receiver);
  return about;
}

TEST(ShareBox, DoesNotOpenInTheOtherDirection) {
  EXPECT_FALSE(open(counted(), turned_round(box()), seal(counted(), box(), pair_of(5, 6))));
}

using Seal = std::function<SealedPair(const SecretBytes&, const BoxContext&, const SharePair&)>;
/// The broken twin: one key for both directions.
SealedPair seal_with_sorted_parties(const SecretBytes& shared, const BoxContext& about, const SharePair& shares) {
  return seal(shared, about.receiver < about.sender ? turned_round(about) : about, shares);
}
/// Whether two messages of a pair, one each way, show how what they hide differs.
bool shows_a_difference(const Seal& sealing) {
  const SealedPair there = sealing(counted(), box(), pair_of(5, 6));
  const SealedPair back = sealing(counted(), turned_round(box()), pair_of(7, 8));
  return (there[0] ^ back[0]) == (5 ^ 7) && (there[1] ^ back[1]) == (5 ^ 7) && (there[63] ^ back[63]) == (6 ^ 8);
}

TEST(ShareBox, HidesTheTwoDirectionsUnderTwoKeys) { EXPECT_FALSE(shows_a_difference(seal)); }

TEST(ShareBox, ATwinWithOneKeyForBothDirectionsIsCaughtByTheSameCheck) {
  EXPECT_TRUE(shows_a_difference(seal_with_sorted_parties));
}

TEST(ShareBox, NeverRepeatsAKeyStreamInTenThousandContexts) {
  std::set<SealedPair> seen;
  for (std::uint64_t round = 0; round < 10000; ++round) {
    BoxContext of_round = box();
    of_round.context = FieldHasher().field(round).finish();
    // Under zeros the key stream lies open; the tag is left out.
    SealedPair stream = seal(counted(), of_round, pair_of(0, 0));
    std::fill(stream.begin() + 16, stream.end(), std::uint8_t{0});
    EXPECT_TRUE(seen.insert(stream).second) << round;
  }
}

TEST(Commitment, GivesTheKnownAnswer) {
  // tests/unit/secagg/known_answers.py
  EXPECT_EQ(to_hex(commit_to_share(box(), SecretKind::self_seed, counted())),
            "13d0f3f4b7812b337a10539cfec58c7c589e65230887de0e0468f1b4126d4928");
  EXPECT_EQ(to_hex(commit_to_share(box(), SecretKind::mask_key, counted())),
            "f90bb38b3b4727babc422f1305ab7673b7ce64c9dc585d13714ad78a6c552f48");
  EXPECT_EQ(to_hex(commit_to_seed(box().context, box().sender, counted())),
            "a291497b5b50a3cb02574b3d7883a69a3c872fe9c01a14eead9d8b8a08d3ffaf");
}

TEST(Commitment, DependsOnTheKindThePartiesAndEveryByteOfTheShare) {
  std::set<Digest> seen{commit_to_share(box(), SecretKind::self_seed, counted()),
                        commit_to_share(box(), SecretKind::mask_key, counted()),
                        commit_to_seed(box().context, box().sender, counted()),
                        commit_to_share(turned_round(box()), SecretKind::self_seed, counted())};
  BoxContext other = box();
  other.context[0] ^= 1;
  seen.insert(commit_to_share(other, SecretKind::self_seed, counted()));
  seen.insert(commit_to_seed(other.context, other.sender, counted()));
  seen.insert(commit_to_seed(box().context, box().receiver, counted()));
  for (std::size_t k = 0; k < 32; ++k) {
    SecretBytes share = counted();
    share.writable()[k] ^= 0x80;
    seen.insert(commit_to_share(box(), SecretKind::self_seed, share));
    seen.insert(commit_to_seed(box().context, box().sender, share));
  }
  EXPECT_EQ(seen.size(), 7U + 2 * 32);
}

}  // namespace
}  // namespace fedloom::secagg
