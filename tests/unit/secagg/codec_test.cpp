// Every message survives the wire, and nothing else does: damaged bytes never crash, and never pass for signed.

#include "codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "any_message.hpp"

namespace fedloom::secagg {
namespace {

/// One message of each type, signed by `key` in `run` where it is a site's.
std::vector<Message> one_of_each(const test::World& world, RandomWords& random) {
  const SigningKey& key = world.keys[0];
  Join join{.run = any_run(random),
            .last_session = any32(random),
            .stored_round = any32(random),
            .stored_plan = any_array<32>(random),
            .booked_rho = any_rho(random),
            .head = any_head(random)};
  sign(join, key, world.run);
  Advertise advertise{.session = any32(random), .session_key = any_array<32>(random)};
  sign(advertise, key, world.run);
  ShareMessage share = any_share(random);
  sign(share, key, world.run);
  Refuse refuse{.session = any32(random), .round = any32(random), .code = RefusalCode(1 + random.next() % 8)};
  sign(refuse, key, world.run);
  Goodbye goodbye{.session = any32(random), .closing = any_array<32>(random)};
  sign(goodbye, key, world.run);
  Offer offer = any_offer(random);
  sign(offer.terms, key, world.run);
  Agree agree{.id = any_id(random), .agreement = any_array<32>(random)};
  sign(agree, key, world.run);
  Unmask unmask = any_unmask(random);
  sign(unmask, key, world.run);

  std::vector<Message> out;
  out.emplace_back(std::move(join));
  out.emplace_back(advertise);
  out.emplace_back(std::move(share));
  out.emplace_back(refuse);
  out.emplace_back(goodbye);
  out.emplace_back(OpenSession{any_run(random), any32(random)});
  out.emplace_back(KeyList{any32(random), {advertise, advertise}});
  out.emplace_back(PlanMessage{any32(random), world.plan(1 + any32(random) % 9), any_heads(random)});
  out.emplace_back(CloseRun{
      any32(random), random.next() % 2 == 1, any_heads(random), {2, world.spend(world.plan(1 + any32(random) % 9))}});
  out.emplace_back(Abort{"site north did not answer"});
  out.emplace_back(any_chunk(random));
  out.emplace_back(offer);
  out.emplace_back(agree);
  out.emplace_back(std::move(unmask));
  out.emplace_back(Deal{any_id(random), {{offer.terms, offer.entries[0]}, {offer.terms, offer.entries[0]}}});
  out.emplace_back(Resend{any_id(random)});
  out.emplace_back(Survivors{any_id(random), {0, 7, 99}});
  out.emplace_back(Proof{any_id(random), {agree, agree}});
  return out;
}

/// True for what only the coordinator says, and for a site's message that its roster key signed. A chunk is signed by
/// its digest in the announcement: see AChunkIsSignedByItsAnnouncement.
bool passes(const Message& message, const test::World& world) {
  return std::visit(
      [&world]<class T>(const T& body) {
        if constexpr (SiteMessage<T>) {
          return world.roster.index_of(body.key).has_value() && is_genuine(body, world.run);
        } else if constexpr (std::is_same_v<T, Offer>) {
          return world.roster.index_of(body.terms.key).has_value() && is_genuine(body.terms, world.run) &&
                 body.terms.entries == entries_hash(body.entries);
        } else {
          return true;
        }
      },
      message);
}
bool is_sites(const Message& message) {
  return std::visit([]<class T>(const T&) { return SiteMessage<T> || std::is_same_v<T, Offer>; }, message);
}

class Codec : public testing::Test {
 protected:
  test::World world_{2};
  test::SplitMixRandom random_{1};
};

TEST_F(Codec, EveryMessageComesBackAsItWas) {
  for (int repeat = 0; repeat < 50; ++repeat) {
    for (const Message& message : one_of_each(world_, random_)) {
      const Bytes bytes = encode(message);
      const auto back = decode(bytes);
      ASSERT_TRUE(back) << name_of(message);
      EXPECT_EQ(back->index(), message.index());
      EXPECT_EQ(encode(*back), bytes) << name_of(message);
      EXPECT_TRUE(passes(*back, world_)) << name_of(message);
    }
  }
}

TEST_F(Codec, MakesOneOfEveryType) {
  std::set<std::size_t> types;
  for (const Message& message : one_of_each(world_, random_)) types.insert(message.index());
  EXPECT_EQ(types.size(), std::variant_size_v<Message>);
}

TEST_F(Codec, KeepsEachFieldOfAShare) {
  ShareMessage share{.id = {3, 4, 5},
                     .plan = sha256("plan"),
                     .words = chunk_words + 2,
                     .chunks = {sha256("first"), sha256("second")},
                     .head = any_head(random_),
                     .booked_rho = 0.25};
  sign(share, world_.keys[1], world_.run);
  const auto decoded = decode(encode(Message(share)));
  const auto& back = std::get<ShareMessage>(decoded.value());
  EXPECT_EQ(back.key, world_.keys[1].public_key());
  EXPECT_EQ(back.id, share.id);
  EXPECT_EQ(back.plan, sha256("plan"));
  EXPECT_EQ(back.words, share.words);
  EXPECT_EQ(back.chunks, share.chunks);
  EXPECT_EQ(back.head, share.head);
  EXPECT_EQ(back.booked_rho, 0.25);
}

TEST_F(Codec, KeepsEachWordOfAChunk) {
  const auto decoded =
      decode(encode(ShareChunk{{3, 4, 5}, 6, boundary::MaskedShare::from_wire({7, ~std::uint64_t{0}})}));
  const auto& back = std::get<ShareChunk>(decoded.value());
  EXPECT_EQ(back.id, (RoundId{3, 4, 5}));
  EXPECT_EQ(back.index, 6U);
  ASSERT_EQ(back.words.words().size(), 2U);
  EXPECT_EQ(back.words.words()[1], ~std::uint64_t{0});
}

TEST_F(Codec, KeepsEachFieldOfAnOfferAndOfADeal) {
  Offer offer = any_offer(random_);
  sign(offer.terms, world_.keys[1], world_.run);
  const auto offered = decode(encode(Message(offer)));
  const auto& back = std::get<Offer>(offered.value());
  EXPECT_EQ(back.entries, offer.entries);
  EXPECT_EQ(back.terms.id, offer.terms.id);
  EXPECT_EQ(back.terms.plan, offer.terms.plan);
  EXPECT_EQ(back.terms.mask_key, offer.terms.mask_key);
  EXPECT_EQ(back.terms.self_seed, offer.terms.self_seed);
  EXPECT_EQ(back.terms.entries, offer.terms.entries);
  const auto dealt = decode(encode(Deal{{1, 2, 3}, {{offer.terms, offer.entries[2]}}}));
  const auto& deal = std::get<Deal>(dealt.value());
  ASSERT_EQ(deal.offers.size(), 1U);
  EXPECT_EQ(deal.offers[0].terms.signature, offer.terms.signature);
  EXPECT_EQ(deal.offers[0].entry, offer.entries[2]);
}

TEST_F(Codec, KeepsEachFieldOfAnAgreementAndOfWhatIsShown) {
  Unmask unmask = any_unmask(random_);
  const auto shown = decode(encode(Message(unmask)));
  const auto& back = std::get<Unmask>(shown.value());
  EXPECT_EQ(back.id, unmask.id);
  EXPECT_EQ(back.agreement, unmask.agreement);
  ASSERT_EQ(back.shares.size(), 2U);
  EXPECT_EQ(back.shares[1].place, 2U);
  EXPECT_EQ(back.shares[1].share, unmask.shares[1].share);
  const auto survived = decode(encode(Survivors{{1, 2, 3}, {0, 5, 6}}));
  EXPECT_EQ(std::get<Survivors>(survived.value()).places, (std::vector<std::uint32_t>{0, 5, 6}));
  Agree agree{.id = {1, 2, 3}, .agreement = sha256("list")};
  sign(agree, world_.keys[0], world_.run);
  const auto proved = decode(encode(Proof{{1, 2, 3}, {agree}}));
  EXPECT_EQ(std::get<Proof>(proved.value()).agreed[0].agreement, sha256("list"));
  EXPECT_EQ(std::get<Proof>(proved.value()).agreed[0].signature, agree.signature);
}

TEST_F(Codec, NoTruncatedMessageDecodes) {
  for (const Message& message : one_of_each(world_, random_)) {
    const Bytes bytes = encode(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_FALSE(decode(ByteView(bytes).first(length))) << name_of(message) << " cut to " << length;
    }
  }
}

TEST_F(Codec, NoMessageWithAByteMoreDecodes) {
  for (const Message& message : one_of_each(world_, random_)) {
    Bytes bytes = encode(message);
    bytes.push_back(0);
    EXPECT_FALSE(decode(bytes)) << name_of(message);
  }
}

TEST_F(Codec, NoChangedByteOfASitesMessagePasses) {
  for (const Message& message : one_of_each(world_, random_)) {
    const Bytes bytes = encode(message);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int change : {0x01, 0x80, 0xff}) {
        Bytes damaged = bytes;
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ change);
        const auto decoded = decode(damaged);
        if (!decoded) continue;
        EXPECT_EQ(encode(*decoded), damaged) << name_of(message) << " at " << at;
        if (is_sites(message) && is_sites(*decoded)) {
          EXPECT_FALSE(passes(*decoded, world_)) << name_of(message) << " at " << at;
        }
      }
    }
  }
}

TEST_F(Codec, RandomBytesAreNoMessage) {
  for (int repeat = 0; repeat < 20000; ++repeat) {
    Bytes bytes(random_.next() % 300);
    random_.fill(bytes);
    if (bytes.size() > 3 && repeat % 2 == 0) {
      bytes[0] = static_cast<std::uint8_t>(repeat % (2 * std::variant_size_v<Message>) / 2);
      bytes[1] = protocol_version;
      bytes[2] = 0;
    }
    const auto decoded = decode(bytes);
    EXPECT_FALSE(decoded && is_sites(*decoded) && passes(*decoded, world_));
  }
}

TEST_F(Codec, AnotherVersionOrTypeIsNoMessage) {
  Bytes bytes = encode(Abort{"x"});
  for (const std::size_t at : {0U, 1U, 2U}) {
    Bytes other = bytes;
    other[at] = 200;
    EXPECT_FALSE(decode(other));
  }
}

TEST_F(Codec, ALengthThatLiesIsRefusedBeforeMemoryIsTaken) {
  ByteWriter out;
  out.u8(2);  // a share
  out.u16(protocol_version);
  out.raw(PublicKey{});
  for (int i = 0; i < 3; ++i) out.u32(1);
  out.raw(Digest{});
  Bytes head = std::move(out).take();
  for (const std::uint64_t words : {max_share_words, max_share_words + 1, ~std::uint64_t{0}}) {
    ByteWriter rest;
    rest.raw(head);
    rest.u64(words);
    EXPECT_FALSE(decode(rest.bytes())) << words;
  }
  ByteWriter chunk;
  chunk.u8(10);
  chunk.u16(protocol_version);
  for (int i = 0; i < 4; ++i) chunk.u32(1);
  chunk.u64(~std::uint64_t{0});
  EXPECT_FALSE(decode(chunk.bytes()));
}

TEST_F(Codec, AShareIsNeitherEmptyNorOverTheLimit) {
  ShareMessage share = any_share(random_);
  share.words = 1;
  share.chunks.resize(1);
  Bytes bytes = encode(Message(share));
  const std::size_t at = 3 + 32 + 12 + 32;
  ASSERT_EQ(bytes[at], 1);
  bytes[at] = 0;
  EXPECT_FALSE(decode(bytes));
  bytes[at] = 1;
  bytes[at + 4] = 1;  // 2^32 + 1 words with one digest
  EXPECT_FALSE(decode(bytes));
  bytes[at + 4] = 0;
  EXPECT_TRUE(decode(bytes));
}

TEST_F(Codec, AChunkHoldsNoMoreThanItMay) {
  const auto chunk_of = [](std::size_t words) {
    ByteWriter out;
    out.u8(10);
    out.u16(protocol_version);
    for (int i = 0; i < 4; ++i) out.u32(0);
    out.words(std::vector<std::uint64_t>(words));
    return std::move(out).take();
  };
  EXPECT_TRUE(decode(chunk_of(chunk_words)));
  EXPECT_FALSE(decode(chunk_of(chunk_words + 1)));
}

TEST_F(Codec, APlaceStandsOnceAndInOrderAndInALargestRoster) {
  const auto survivors_of = [](const std::vector<std::uint32_t>& places) {
    return decode(encode(Survivors{{1, 1, 0}, places}));
  };
  EXPECT_TRUE(survivors_of({0, 1, 2}));
  EXPECT_TRUE(survivors_of({}));
  for (const auto& wrong : std::vector<std::vector<std::uint32_t>>{{1, 1}, {2, 1}, {0, 1, 0}, {0, 100}, {~0U}}) {
    EXPECT_FALSE(survivors_of(wrong)) << wrong.size();
    Unmask unmask{.id = {1, 1, 0}, .agreement = {}, .shares = {}};
    for (const std::uint32_t place : wrong) unmask.shares.push_back({place, {}});
    EXPECT_FALSE(decode(encode(Message(unmask))));
    Offer offer{};
    for (const std::uint32_t place : wrong) offer.entries.push_back({.place = place});
    EXPECT_FALSE(decode(encode(Message(offer))));
  }
}

TEST_F(Codec, AShareIsCutIntoChunksThatCoverItOnce) {
  for (const std::uint64_t words :
       {std::uint64_t{1}, chunk_words - 1, chunk_words, chunk_words + 1, 3 * chunk_words, 3 * chunk_words + 5}) {
    std::uint64_t next = 0;
    for (std::uint32_t index = 0; index < chunk_count(words); ++index) {
      const ChunkRange range = chunk_range(words, index);
      EXPECT_EQ(range.first, next);
      EXPECT_GT(range.count, 0U);
      EXPECT_LE(range.count, chunk_words);
      next += range.count;
    }
    EXPECT_EQ(next, words);
    EXPECT_EQ(chunk_range(words, chunk_count(words)).count, 0U);
  }
}

TEST_F(Codec, AChunkIsSignedByItsAnnouncement) {
  const ShareChunk chunk = any_chunk(random_);
  std::vector<std::uint64_t> words(chunk.words.words().begin(), chunk.words.words().end());
  words.push_back(5);
  const Digest digest = chunk_hash(words);
  for (auto& word : words) {
    for (const std::uint64_t bit : {std::uint64_t{1}, std::uint64_t{1} << 63}) {
      word ^= bit;
      EXPECT_NE(chunk_hash(words), digest);
      word ^= bit;
    }
  }
  words.pop_back();
  EXPECT_NE(chunk_hash(words), digest);
  ShareMessage share = any_share(random_);
  sign(share, world_.keys[0], world_.run);
  share.chunks.back()[31] ^= 1;
  EXPECT_FALSE(is_genuine(share, world_.run));
}

TEST_F(Codec, ListsAndTextsHaveLimits) {
  CloseRun close;
  close.heads.resize(max_list);
  EXPECT_TRUE(decode(encode(close)));
  ByteWriter out;
  out.u8(8);  // CloseRun with one head too many
  out.u16(protocol_version);
  out.u32(1);
  out.u8(0);
  out.u32(max_list + 1);
  for (std::size_t i = 0; i < (max_list + 1) * 136 + 4; ++i) out.u8(0);
  EXPECT_FALSE(decode(out.bytes()));
  EXPECT_EQ(std::get<Abort>(decode(encode(Abort{std::string(10000, 'a')})).value()).reason.size(), max_text);
}

TEST_F(Codec, CostsAreFiniteAndNotNegative) {
  Join join{.run = world_.run};
  for (const double bad : {-1.0, -0.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    join.booked_rho = bad;
    EXPECT_FALSE(decode(encode(join))) << bad;
  }
  join.booked_rho = 0;
  EXPECT_TRUE(decode(encode(join)));
}

TEST_F(Codec, AnAbortCannotDriveATerminal) {
  EXPECT_EQ(std::get<Abort>(decode(encode(Abort{"a\x1b[2Jb"})).value()).reason, "a [2Jb");
  Bytes bytes = encode(Abort{"abc"});
  bytes.back() = 0x1b;
  EXPECT_FALSE(decode(bytes));
}

TEST_F(Codec, ARefusalHasAKnownCode) {
  Refuse refuse;
  Bytes bytes = encode(refuse);
  for (int code = 0; code < 256; ++code) {
    bytes[3 + 32 + 8] = static_cast<std::uint8_t>(code);
    EXPECT_EQ(decode(bytes).has_value(), code >= 1 && code <= 8) << code;
  }
}

}  // namespace
}  // namespace fedloom::secagg
