// Whole sessions without threads: n sites and a coordinator, every message over bytes.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "harness.hpp"

namespace fedloom::secagg {
namespace {

using test::find;
using test::Simulation;
using test::World;

std::vector<SiteHead> newest_heads(const std::vector<SiteAction>& actions) {
  std::vector<SiteHead> heads;
  for (const auto& action : actions) {
    if (const auto* stored = std::get_if<StoreHeads>(&action)) heads = stored->heads;
  }
  return heads;
}

TEST(SecureSum, GivesTheExactTotalForTwoToTenSites) {
  for (std::size_t n = 2; n <= 10; ++n) {
    World world(n);
    Simulation run(world);
    run.settle();
    ASSERT_NE(find<SessionReady>(run.coordinator), nullptr) << n;
    const auto plan = world.plan(1);
    run.start_round(plan);
    run.settle();
    auto* summed = find<RoundSummed>(run.coordinator);
    ASSERT_NE(summed, nullptr) << n;
    EXPECT_EQ(summed->total.words(), exact_total(world, 1, plan)) << n;
    EXPECT_EQ(summed->plan, plan);
    ASSERT_EQ(summed->survivors.size(), n);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(summed->survivors[i], world.roster.members()[i].id);
    EXPECT_NEAR(summed->booked, privacy::cost_of({world.spend(plan)}).value, 1e-12);
    // The next plan carries every head as it stands after the round.
    run.start_round(world.plan(2));
    run.settle();
    for (const auto& actions : run.site) {
      const auto heads = newest_heads(actions);
      ASSERT_EQ(heads.size(), n);
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(heads[i].key, world.keys[i].public_key());
        EXPECT_EQ(heads[i].head.entries, 1U);
      }
    }
  }
}

TEST(SecureSum, ManyRoundsOfOneSessionEachGiveTheirTotal) {
  World world(3);
  Simulation run(world);
  run.settle();
  for (std::uint32_t round = 1; round <= 5; ++round) {
    run.coordinator.clear();
    run.start_round(world.plan(round));
    run.settle();
    auto* summed = find<RoundSummed>(run.coordinator);
    ASSERT_NE(summed, nullptr);
    EXPECT_EQ(summed->total.words(), exact_total(world, 1, world.plan(round)));
  }
  run.close(true);
  run.settle();
  auto* closed = find<SessionClosed>(run.coordinator);
  ASSERT_NE(closed, nullptr);
  ASSERT_EQ(closed->goodbyes.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(verify_goodbye(closed->goodbyes[i], world.run));
    EXPECT_EQ(closed->goodbyes[i].closing, closing_hash(closed->heads, public_ledger_hash(run.spends)));
    EXPECT_EQ(closed->heads[i].head.entries, 5U);
    ASSERT_NE(find<SiteFinished>(run.site[i]), nullptr);
    EXPECT_TRUE(find<SiteFinished>(run.site[i])->complete);
    EXPECT_STREQ(run.state(i), "Closed");
  }
}

TEST(SecureSum, WhatASiteSendsIsNotItsShare) {
  World world(2);
  Simulation run(world);
  run.settle();
  run.start_round(world.plan(1));
  run.settle();
  std::size_t shares = 0;
  for (const auto& sent : run.wire) {
    const auto message = decode(sent.bytes);
    const auto* chunk = std::get_if<ShareChunk>(&*message);
    if (chunk == nullptr) continue;
    ++shares;
    const auto open = test::SiteProgram::words(world, sent.from - 1, 1, world.plan(1));
    ASSERT_EQ(chunk->words.words().size(), open.size());
    for (std::size_t k = 0; k < open.size(); ++k) EXPECT_NE(chunk->words.words()[k], open[k]);
  }
  EXPECT_EQ(shares, 2U);
}

/// What a coordinator gets that adds up whatever the sites have sealed, and checks nothing.
std::vector<std::uint64_t> sum_of_sealed(const World& world, Simulation& run) {
  std::vector<std::uint64_t> sum(world.plan(1).length(world.domain));
  for (auto& actions : run.site) {
    const auto words = find<StoreSealed>(actions)->share.words();
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += words[k];
  }
  return sum;
}
/// The sum of three shares stays below: counts of 44 bits and two bits of grid a share.
bool may_be_a_total(std::uint64_t word) { return std::min(word, ~word) < std::uint64_t{1} << 48; }

TEST(SecureSum, SitesThatWereSentDifferentPlansGiveNoTotal) {
  using Lie = std::function<void(boundary::RoundPlan&)>;
  const std::pair<const char*, Lie> lies[] = {
      {"contributors", [](auto& plan) { plan.contributors = 2; }},
      {"reuse", [](auto& plan) { plan.reuse = true; }},
      {"noise", [](auto& plan) { plan.queries[0].site_noise.variance_num = 26; }},
      {"entity rows", [](auto& plan) { plan.entity_rows = 2; }},
      {"stage", [](auto& plan) { plan.stage = "sketch"; }},
      {"order", [](auto& plan) { std::swap(plan.queries[0], plan.queries[1]); }}};
  for (const auto& [name, lie] : lies) {
    World world(3);
    Simulation run(world);
    run.tamper = [&lie](std::size_t place, Message& message) {
      auto* plan = std::get_if<PlanMessage>(&message);
      if (plan != nullptr && place == 0) lie(plan->plan);
    };
    run.settle();
    run.start_round(world.plan(1));
    run.settle();
    EXPECT_TRUE(std::ranges::none_of(sum_of_sealed(world, run), may_be_a_total)) << name;
    EXPECT_EQ(find<RoundSummed>(run.coordinator), nullptr) << name;
    ASSERT_NE(find<Failed>(run.coordinator), nullptr) << name;
    EXPECT_NE(find<Failed>(run.coordinator)->reason.find("another plan"), std::string::npos) << name;
  }
}

TEST(SecureSum, SitesThatWereSentTheSamePlanGiveTheTotal) {
  World world(3);
  Simulation run(world);
  run.settle();
  run.start_round(world.plan(1));
  run.settle();
  const auto sum = sum_of_sealed(world, run);
  EXPECT_TRUE(std::ranges::all_of(sum, may_be_a_total));
  EXPECT_EQ(sum, exact_total(world, 1, world.plan(1)));
}

TEST(SecureSum, OnlyTheStoredBytesAreSent) {
  World world(3);
  Simulation run(world);
  run.settle();
  run.start_round(world.plan(1));
  run.settle();
  for (std::size_t place = 0; place < 3; ++place) {
    const auto* stored = find<StoreSealed>(run.site[place]);
    ASSERT_NE(stored, nullptr);
    EXPECT_EQ(stored->context, context_hash(world.run, 1, 1, 0));
    std::vector<Bytes> kept, sent_as_shares;
    for (const auto& message : test::sealed_messages(*stored)) kept.push_back(encode(message));
    for (const auto& sent : run.wire) {
      const Message message = decode(sent.bytes).value();
      const bool share = std::holds_alternative<ShareMessage>(message) || std::holds_alternative<ShareChunk>(message);
      if (share && sent.from == place + 1) sent_as_shares.push_back(sent.bytes);
    }
    EXPECT_EQ(sent_as_shares, kept);
  }
}

TEST(SecureSum, TheSessionGivesARoundItsAttempt) {
  for (const std::uint32_t before : {0U, 4U}) {
    World world(2);
    Simulation run(world, {.last_sessions = {before, 0}});
    run.settle();
    run.start_round(world.plan(1, 9));
    run.settle();
    auto* summed = find<RoundSummed>(run.coordinator);
    ASSERT_NE(summed, nullptr);
    EXPECT_EQ(summed->plan, world.plan(1, before));
    EXPECT_EQ(summed->total.words(), exact_total(world, 1, world.plan(1, before)));
  }
}

TEST(SecureSum, TheSessionIsAboveAllThatAnySiteHasSeen) {
  World world(3);
  Simulation run(world, {.last_sessions = {4, 9, 0}});
  run.settle();
  ASSERT_NE(find<SessionReady>(run.coordinator), nullptr);
  EXPECT_EQ(find<SessionReady>(run.coordinator)->session, 10U);
  for (const auto& actions : run.site) {
    const auto* stored = find<StoreSession>(actions);
    ASSERT_NE(stored, nullptr);
    EXPECT_EQ(stored->session, 10U);
  }
}

TEST(SecureSum, TheSameSeedsGiveTheSameBytes) {
  World world(3);
  const auto wire_of = [&world] {
    Simulation run(world);
    run.settle();
    run.start_round(world.plan(1));
    run.settle();
    std::vector<Bytes> bytes;
    for (auto& sent : run.wire) bytes.push_back(std::move(sent.bytes));
    return bytes;
  };
  EXPECT_EQ(wire_of(), wire_of());
}

TEST(SecureSum, ASiteThatVanishesEndsTheRoundWithItsName) {
  World world(3);
  Simulation run(world);
  run.settle();
  run.cut_off(1);
  run.start_round(world.plan(1));
  run.settle();
  EXPECT_EQ(find<RoundSummed>(run.coordinator), nullptr);
  EXPECT_EQ(run.protocol().waiting_for(), std::vector<SiteId>{SiteId{"site101"}});
  run.pass(Millis(300000));
  run.settle();
  const auto* failed = find<Failed>(run.coordinator);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->sites, std::vector<SiteId>{SiteId{"site101"}});
  EXPECT_NE(failed->reason.find("site101"), std::string::npos);
  const auto* aborted = find<SiteAborted>(run.site[0]);
  ASSERT_NE(aborted, nullptr);
  EXPECT_FALSE(aborted->by_us);
  EXPECT_NE(aborted->reason.find("site101"), std::string::npos);
}

TEST(SecureSum, NoSiteAcknowledgesAPublicLedgerThatLacksASpend) {
  for (const std::size_t dropped : {0U, 1U, 2U}) {
    World world(3);
    Simulation run(world);
    run.settle();
    for (std::uint32_t round = 1; round <= 3; ++round) {
      run.start_round(world.plan(round));
      run.settle();
    }
    // A broken twin of the coordinator: what was spent is one line more than what it says.
    run.spends.erase(run.spends.begin() + static_cast<std::ptrdiff_t>(dropped));
    run.close(true);
    run.settle();
    EXPECT_EQ(find<SessionClosed>(run.coordinator), nullptr);
    for (const auto& sent : run.wire) EXPECT_FALSE(std::holds_alternative<Goodbye>(decode(sent.bytes).value()));
    const auto* aborted = find<SiteAborted>(run.site[0]);
    ASSERT_NE(aborted, nullptr);
    EXPECT_TRUE(aborted->by_us);
    EXPECT_EQ(aborted->refusal, RefusalCode::protocol);
  }
}

TEST(SecureSum, ASiteAskedToStopEndsTheRunForAll) {
  World world(3);
  Simulation run(world);
  run.settle();
  run.stop_site(2);
  run.settle();
  const auto* failed = find<Failed>(run.coordinator);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->reason, "site site102 was asked to stop; start the run again with --resume");
  ASSERT_NE(find<SiteAborted>(run.site[2]), nullptr);
  EXPECT_EQ(find<SiteAborted>(run.site[2])->refusal, RefusalCode::stopping);
  ASSERT_NE(find<SiteAborted>(run.site[0]), nullptr);
}

TEST(SecureSum, ClosingInTheMiddleOfARoundStopsEverySiteCleanly) {
  World world(3);
  Simulation run(world);
  run.settle();
  run.start_round(world.plan(1));
  run.close(false);  // the plan and the end are under way together
  run.settle();
  ASSERT_NE(find<SessionClosed>(run.coordinator), nullptr);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_NE(find<SiteFinished>(run.site[i]), nullptr);
    EXPECT_FALSE(find<SiteFinished>(run.site[i])->complete);
  }
}

}  // namespace
}  // namespace fedloom::secagg
