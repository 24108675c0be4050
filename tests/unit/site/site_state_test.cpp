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

TEST(SiteState, RefusesToSealTwiceUnderOneContext) {
  SiteWorld world;
  const site::SiteState state(world.policies[0], "run-1");
  state.store_sealed(sha256("context"), {1, 2, 3});
  EXPECT_THROW(state.store_sealed(sha256("context"), {4, 5, 6}), LedgerError);
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
