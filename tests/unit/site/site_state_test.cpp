#include "fedloom/site/site_state.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

TEST(SiteState, RemembersTheLastSessionOfEachRun) {
  SiteWorld world;
  site::SiteState first(world.policies[0], "run-1");
  EXPECT_EQ(first.last_session(), 0u);
  first.store_session(3);
  EXPECT_EQ(site::SiteState(world.policies[0], "run-1").last_session(), 3u);
  EXPECT_EQ(site::SiteState(world.policies[0], "run-2").last_session(), 0u);
}

class SealedShares : public ::testing::Test {
 protected:
  /// A share of two chunks, the second one short.
  static secagg::ShareMessage announcement() {
    secagg::ShareMessage made{.id = {1, 2, 0}, .words = secagg::chunk_words + 3};
    made.chunks = {sha256("first chunk"), sha256("second chunk")};
    return made;
  }
  static boundary::MaskedShare share() {
    std::vector<std::uint64_t> words(secagg::chunk_words + 3);
    for (std::size_t k = 0; k < words.size(); ++k) words[k] = k;
    return boundary::MaskedShare::from_wire(std::move(words));
  }
  void store() const { state_.store_sealed(context_, announcement(), share()); }
  std::vector<secagg::Message> read() const {
    std::vector<secagg::Message> messages;
    state_.read_sealed(context_, [&](const secagg::Message& message) { messages.push_back(message); });
    return messages;
  }
  std::filesystem::path file() const {
    return world_.policies[0].state / "set0" / "runs" / "run-1" / "outbox" / (to_hex(context_) + ".bin");
  }

  SiteWorld world_;
  site::SiteState state_{world_.policies[0], "run-1"};
  Digest context_ = sha256("context");
};

TEST_F(SealedShares, AreReadAgainAsTheyWereStored) {
  store();
  const auto messages = read();
  ASSERT_EQ(messages.size(), 3u);
  const auto& said = std::get<secagg::ShareMessage>(messages[0]);
  EXPECT_EQ(said.words, secagg::chunk_words + 3);
  EXPECT_EQ(said.chunks, announcement().chunks);
  EXPECT_EQ(std::get<secagg::ShareChunk>(messages[1]).words.words().size(), secagg::chunk_words);
  const auto& last = std::get<secagg::ShareChunk>(messages[2]);
  EXPECT_EQ(last.index, 1u);
  ASSERT_EQ(last.words.words().size(), 3u);
  EXPECT_EQ(last.words.words()[2], secagg::chunk_words + 2);
}

TEST_F(SealedShares, AreNotSealedTwiceUnderOneContext) {
  store();
  EXPECT_THROW(store(), LedgerError);
  EXPECT_NO_THROW(state_.store_sealed(sha256("another"), announcement(), share()));
}

TEST_F(SealedShares, ThatWereDamagedOrAreGoneAreNotSent) {
  EXPECT_THROW(read(), LedgerError) << "never stored";
  store();
  const Bytes sound = read_bytes(file());
  for (const std::size_t size : {sound.size() - 1, sound.size() - 24, std::size_t{3}, std::size_t{0}}) {
    write_atomically(file(), ByteView(sound).first(size));
    EXPECT_THROW(read(), LedgerError) << "cut to " << size;
  }
  Bytes changed = sound;
  changed[4] ^= 0xFF;  // the type of the first message
  write_atomically(file(), changed);
  EXPECT_THROW(read(), LedgerError);
}

TEST(SiteState, ADecisionIsNotReversed) {
  SiteWorld world;
  const site::SiteState state(world.policies[0], "run-1");
  state.store_decision(sha256("context"), sha256("survivors"));
  EXPECT_NO_THROW(state.store_decision(sha256("context"), sha256("survivors"))) << "the same question once more";
  EXPECT_THROW(state.store_decision(sha256("context"), sha256("others")), LedgerError);
  EXPECT_THROW(site::SiteState(world.policies[0], "run-1").store_decision(sha256("context"), sha256("others")),
               LedgerError)
      << "nor after a restart";
  EXPECT_NO_THROW(state.store_decision(sha256("another"), sha256("others")));
}

TEST(SiteState, NoticesAPeerWhoseLedgerWentBack) {
  SiteWorld world;
  const site::SiteState state(world.policies[0], "run-1");
  const auto head = [](std::uint64_t entries, const char* hash) {
    return std::vector<secagg::SiteHead>{{SiteWorld::key(1).public_key(), {entries, sha256(hash), {}}}};
  };
  state.store_heads(head(3, "third"));
  EXPECT_NO_THROW(state.store_heads(head(3, "third")));
  EXPECT_NO_THROW(state.store_heads(head(4, "fourth")));
  EXPECT_THROW(state.store_heads(head(3, "third")), LedgerError) << "a cut tail";
  EXPECT_THROW(state.store_heads(head(4, "another")), LedgerError) << "a rewritten chain";
  const auto kept = site::load_peer_heads(world.policies[0].state / "set0" / "runs" / "run-1" / "peer-heads.json");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].head.entries, 4u);
}

TEST(SiteState, ADamagedSessionFileIsNotTakenForAFreshRun) {
  SiteWorld world;
  const site::SiteState state(world.policies[0], "run-1");
  write_atomically(world.policies[0].state / "set0" / "runs" / "run-1" / "session", "x\n");
  EXPECT_THROW(state.last_session(), LedgerError);
}

}  // namespace
}  // namespace fedloom::test
