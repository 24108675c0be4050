// Every message survives the wire, and nothing else does: damaged bytes never crash, and never pass for signed.

#include "codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "harness.hpp"
#include "signing.hpp"

namespace fedloom::secagg {
namespace {

template <std::size_t size>
std::array<std::uint8_t, size> any_array(RandomWords& random) {
  std::array<std::uint8_t, size> out{};
  random.fill(out);
  return out;
}
std::uint32_t any32(RandomWords& random) { return static_cast<std::uint32_t>(random.next()); }
double any_rho(RandomWords& random) { return static_cast<double>(random.next() % 1000) / 7; }
privacy::LedgerHead any_head(RandomWords& random) {
  return {random.next(), any_array<32>(random), any_array<64>(random)};
}
std::vector<SiteHead> any_heads(RandomWords& random) {
  std::vector<SiteHead> heads(random.next() % 6);
  for (auto& head : heads) head = {any_array<32>(random), any_head(random)};
  return heads;
}
RunContext any_run(RandomWords& random) {
  return {std::string(random.next() % 40, 'r'), any_array<32>(random), any_array<32>(random)};
}

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
  Advertise advertise{.session = any32(random), .mask_key = any_array<32>(random)};
  sign(advertise, key, world.run);
  std::vector<std::uint64_t> words(random.next() % 9);
  for (auto& word : words) word = random.next();
  ShareMessage share{{},
                     any32(random),
                     any32(random),
                     any32(random),
                     any_array<32>(random),
                     boundary::MaskedShare::from_wire(std::move(words)),
                     any_head(random),
                     any_rho(random),
                     {}};
  sign(share, key, world.run);
  Refuse refuse{.session = any32(random), .round = any32(random), .code = RefusalCode(1 + random.next() % 8)};
  sign(refuse, key, world.run);
  Goodbye goodbye{.session = any32(random), .closing = any_array<32>(random)};
  sign(goodbye, key, world.run);

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
  return out;
}

/// True for what only the coordinator says, and for a site's message that its roster key signed.
bool passes(const Message& message, const test::World& world) {
  return std::visit(
      [&world]<class T>(const T& body) {
        if constexpr (SiteMessage<T>) {
          return world.roster.index_of(body.key).has_value() && is_genuine(body, world.run);
        } else {
          return true;
        }
      },
      message);
}
bool is_sites(const Message& message) {
  return std::visit([]<class T>(const T&) { return SiteMessage<T>; }, message);
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

TEST_F(Codec, KeepsEachFieldOfAShare) {
  ShareMessage share{
      {},   3, 4, 5, sha256("plan"), boundary::MaskedShare::from_wire({7, ~std::uint64_t{0}}), any_head(random_),
      0.25, {}};
  sign(share, world_.keys[1], world_.run);
  const auto decoded = decode(encode(Message(std::move(share))));
  const auto& back = std::get<ShareMessage>(decoded.value());
  EXPECT_EQ(back.key, world_.keys[1].public_key());
  EXPECT_EQ(back.session, 3U);
  EXPECT_EQ(back.round, 4U);
  EXPECT_EQ(back.attempt, 5U);
  EXPECT_EQ(back.plan, sha256("plan"));
  EXPECT_EQ(back.booked_rho, 0.25);
  ASSERT_EQ(back.share.words().size(), 2U);
  EXPECT_EQ(back.share.words()[1], ~std::uint64_t{0});
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
      bytes[0] = static_cast<std::uint8_t>(repeat % 20 / 2);
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
  out.u64(~std::uint64_t{0});
  EXPECT_FALSE(decode(out.bytes()));
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

TEST_F(Codec, ASignatureHoldsInItsOwnContextOnly) {
  Advertise advertise{.session = 4, .mask_key = any_array<32>(random_)};
  sign(advertise, world_.keys[0], world_.run);
  EXPECT_TRUE(is_genuine(advertise, world_.run));
  RunContext other = world_.run;
  other.run_id = "run-2";
  EXPECT_FALSE(is_genuine(advertise, other));
  other = world_.run;
  other.config_hash[5] ^= 1;
  EXPECT_FALSE(is_genuine(advertise, other));
  advertise.key = world_.keys[1].public_key();
  EXPECT_FALSE(is_genuine(advertise, world_.run));
}

TEST_F(Codec, ASignatureDoesNotHoldForAnotherType) {
  // Same fields in the same order: only the name in what is signed tells them apart.
  Advertise advertise{.session = 4, .mask_key = any_array<32>(random_)};
  sign(advertise, world_.keys[0], world_.run);
  Goodbye goodbye{.key = advertise.key, .session = 4, .closing = advertise.mask_key, .signature = advertise.signature};
  EXPECT_FALSE(is_genuine(goodbye, world_.run));
  EXPECT_FALSE(verify_goodbye(goodbye, world_.run));
  sign(goodbye, world_.keys[0], world_.run);
  EXPECT_TRUE(verify_goodbye(goodbye, world_.run));
}

TEST_F(Codec, EveryPartOfAContextCounts) {
  const Digest base = context_hash(world_.run, 1, 2, 3);
  EXPECT_EQ(context_hash(world_.run, 1, 2, 3), base);
  EXPECT_NE(context_hash(world_.run, 2, 2, 3), base);
  EXPECT_NE(context_hash(world_.run, 1, 3, 3), base);
  EXPECT_NE(context_hash(world_.run, 1, 2, 4), base);
  RunContext other = world_.run;
  other.roster_hash[0] ^= 1;
  EXPECT_NE(context_hash(other, 1, 2, 3), base);
}

TEST_F(Codec, EveryFieldOfAPlanCountsInItsHash) {
  const boundary::RoundPlan plan = world_.plan(1);
  std::vector<boundary::RoundPlan> changed(9, plan);
  changed[0].round = 2;
  changed[1].attempt = 1;
  changed[2].reuse = true;
  changed[3].stage = "sketch";
  changed[4].contributors = 2;
  changed[5].entity_rows = 2;
  changed[6].queries[2].site_noise.variance_num += 1;
  changed[7].queries[2].query.sketch_seed += 1;
  std::swap(changed[8].queries[0], changed[8].queries[1]);
  std::set<Digest> hashes{plan_hash(plan)};
  for (const auto& other : changed) hashes.insert(plan_hash(other));
  EXPECT_EQ(hashes.size(), changed.size() + 1);
}

TEST_F(Codec, AClosingHashCoversEveryHeadAndTheLedger) {
  std::vector<SiteHead> heads(2);
  heads[0].head = any_head(random_);
  const Digest base = closing_hash(heads, sha256("public"));
  EXPECT_NE(closing_hash(heads, sha256("other")), base);
  auto changed = heads;
  changed[1].head.entries = 1;
  EXPECT_NE(closing_hash(changed, sha256("public")), base);
  std::swap(heads[0], heads[1]);
  EXPECT_NE(closing_hash(heads, sha256("public")), base);
}

TEST_F(Codec, ARefusalBeforeJoiningIsSignedForTheRun) {
  const Message message = make_refusal(world_.keys[1], world_.run, RefusalCode::policy);
  const auto& refuse = std::get<Refuse>(message);
  EXPECT_EQ(refuse.session, 0U);
  EXPECT_EQ(refuse.round, 0U);
  EXPECT_EQ(refuse.code, RefusalCode::policy);
  EXPECT_TRUE(is_genuine(refuse, world_.run));
}

}  // namespace
}  // namespace fedloom::secagg
