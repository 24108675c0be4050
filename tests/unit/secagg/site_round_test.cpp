// How a site answers a plan: prepares, seals, stores, waits for the tick, sends.

#include "site_fixture.hpp"

namespace fedloom::secagg {
namespace {

using SiteRound = SiteTest;

TEST_F(SiteRound, AsksForAShareWhenAPlanComes) {
  to_preparing();
  EXPECT_STREQ(protocol_->state(), "Preparing");
  ASSERT_NE(find<Prepare>(actions_), nullptr);
  EXPECT_EQ(find<Prepare>(actions_)->plan, world_.plan(1));
  ASSERT_NE(find<StoreHeads>(actions_), nullptr);
  EXPECT_EQ(find<StoreHeads>(actions_)->heads.size(), 3U);
}

TEST_F(SiteRound, RefusesThePlanOfAnotherSession) {
  to_ready();
  auto message = plan(1);
  message.session = 2;
  receive(std::move(message));
  expect_refused(RefusalCode::protocol, "session 2");
}

TEST_F(SiteRound, RefusesRoundZero) {
  to_ready();
  receive(plan(0, 1));
  expect_refused(RefusalCode::protocol, "round 0");
}

TEST_F(SiteRound, RefusesARoundItHasAnswered) {
  to_waiting();
  clock_.advance(Millis(100));
  step(TimerFired{});
  auto other = plan(1);
  other.plan.queries.pop_back();
  receive(std::move(other));
  expect_refused(RefusalCode::protocol, "round 1, attempt 0");
}

TEST_F(SiteRound, AnswersTheSamePlanAgainWithTheStoredBytes) {
  to_waiting();
  EXPECT_TRUE(receive(plan(1)).empty()) << "no answer yet";
  clock_.advance(Millis(100));
  step(TimerFired{});
  for (int repeat = 0; repeat < 2; ++repeat) {
    receive(plan(1));
    ASSERT_EQ(actions_.size(), 1U);
    EXPECT_EQ(find<SendSealed>(actions_)->context, context_hash(world_.run, 3, 1, 0));
  }
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(SiteRound, TakesTheNextAttemptAndTheNextRound) {
  to_waiting();
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(plan(1, 1));
  EXPECT_STREQ(protocol_->state(), "Preparing");
  step(program().prepare(world_.plan(1, 1)));
  step(SealStored{});
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(plan(2));
  EXPECT_STREQ(protocol_->state(), "Preparing");
}

TEST_F(SiteRound, RefusesAPlanThatCountsOnItsOwnNoise) {
  for (const std::uint32_t contributors : {0U, 3U, 100U}) {
    restart();
    to_ready();
    auto message = plan(1);
    message.plan.contributors = contributors;
    receive(std::move(message));
    expect_refused(RefusalCode::protocol, "counts on the noise of");
  }
}

TEST_F(SiteRound, RefusesAPlanThatDoesNotFitTheSchema) {
  to_ready();
  auto message = plan(1);
  message.plan.queries[0].query.marginal = schema::Marginal{5};
  receive(std::move(message));
  expect_refused(RefusalCode::protocol, "does not fit");
}

TEST_F(SiteRound, RefusesHeadsThatAreForgedOrMissing) {
  for (const bool forged : {true, false}) {
    restart();
    to_ready();
    auto message = plan(1);
    if (forged) {
      message.heads[1].head.entries = 7;
    } else {
      message.heads.pop_back();
    }
    receive(std::move(message));
    expect_refused(RefusalCode::protocol, "heads");
    EXPECT_EQ(find<StoreHeads>(actions_), nullptr);
  }
}

TEST_F(SiteRound, PassesItsProgramsRefusalOn) {
  to_preparing();
  step(PlanRefused{RefusalCode::budget_run});
  expect_refused(RefusalCode::budget_run, "round 1");
}

TEST_F(SiteRound, ARefusalNamesItsRound) {
  to_preparing();
  step(PlanRefused{RefusalCode::policy});
  EXPECT_EQ(sent<Refuse>()->session, 3U);
  EXPECT_EQ(sent<Refuse>()->round, 1U);
}

TEST_F(SiteRound, StoresTheSealedBytesBeforeAnythingIsSent) {
  to_sealing();
  EXPECT_STREQ(protocol_->state(), "Sealing");
  ASSERT_NE(find<StoreSealed>(actions_), nullptr);
  EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
  EXPECT_EQ(find<SendSealed>(actions_), nullptr);
  const StoreSealed& stored = *find<StoreSealed>(actions_);
  EXPECT_EQ(stored.context, context_hash(world_.run, 3, 1, 0));
  EXPECT_TRUE(is_genuine(stored.announcement, world_.run));
  EXPECT_EQ(stored.announcement.id, (RoundId{3, 1, 0}));
  EXPECT_EQ(stored.announcement.plan, plan_hash(world_.plan(1)));
  EXPECT_EQ(stored.announcement.words, world_.plan(1).length(world_.domain));
  EXPECT_EQ(stored.share.words().size(), stored.announcement.words);
  ASSERT_EQ(stored.announcement.chunks.size(), 1U);
  EXPECT_EQ(stored.announcement.chunks[0], chunk_hash(stored.share.words()));
  step(SealStored{});
  EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
  EXPECT_EQ(find<SendSealed>(actions_), nullptr);
  EXPECT_STREQ(protocol_->state(), "Waiting");
}

TEST_F(SiteRound, SendsOnThePublicTickAfterThePlan) {
  // However long counting took within a tick, the reply leaves at the same time.
  for (const int took : {0, 1, 60, 99, 100}) {
    restart();
    clock_.advance(Millis(37));
    to_ready();
    receive(plan(1));
    const Instant arrived = clock_.now();
    clock_.advance(Millis(took));
    step(program().prepare(world_.plan(1)));
    step(SealStored{});
    EXPECT_EQ(find<SetTimer>(actions_)->at, arrived + Millis(100)) << took;
  }
}

TEST_F(SiteRound, ALateReplyWaitsForTheNextPowerOfTwoOfTicks) {
  const std::pair<int, int> cases[] = {{101, 200}, {200, 200}, {201, 400}, {399, 400}, {401, 800}, {900, 1600}};
  for (const auto& [took, leaves] : cases) {
    restart();
    to_preparing();
    const Instant arrived = clock_.now();
    clock_.advance(Millis(took));
    step(program().prepare(world_.plan(1)));
    step(SealStored{});
    EXPECT_EQ(find<SetTimer>(actions_)->at, arrived + Millis(leaves)) << took;
  }
}

TEST_F(SiteRound, AnEarlyTimerSendsNothing) {
  to_waiting();
  clock_.advance(Millis(99));
  step(TimerFired{});
  EXPECT_EQ(find<SendSealed>(actions_), nullptr);
  ASSERT_NE(find<SetTimer>(actions_), nullptr);
  clock_.advance(Millis(1));
  step(TimerFired{});
  ASSERT_NE(find<SendSealed>(actions_), nullptr);
  EXPECT_EQ(find<SendSealed>(actions_)->context, context_hash(world_.run, 3, 1, 0));
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(SiteRound, KeepsAPlanUntilItHasSentTheShareThatItOwes) {
  to_waiting();
  EXPECT_TRUE(receive(plan(2)).empty());
  to_tick();
  ASSERT_NE(find<Prepare>(actions_), nullptr);
  EXPECT_EQ(find<Prepare>(actions_)->plan.round, 2U);
}

TEST_F(SiteRound, ItsOwnWorkHasNoDeadline) {
  to_preparing();
  clock_.advance(Millis(1000000));
  EXPECT_TRUE(step(TimerFired{}).empty());
  EXPECT_STREQ(protocol_->state(), "Preparing");
}

TEST_F(SiteRound, StopsInTheMiddleOfARoundWhenTheRunIsStopped) {
  for (const auto& reach : {&SiteTest::to_preparing, &SiteTest::to_sealing, &SiteTest::to_waiting}) {
    restart();
    (this->*reach)();
    EXPECT_TRUE(receive(close_run(false)).empty());
    to_tick();
    ASSERT_NE(find<SiteFinished>(actions_), nullptr);
    EXPECT_FALSE(find<SiteFinished>(actions_)->complete);
  }
}

TEST_F(SiteRound, RefusesAFinishedRunThatLeavesOutTheRoundInHand) {
  to_preparing();
  receive(close_run(true));
  to_tick();
  expect_refused(RefusalCode::protocol, "leaves out something that this site has booked");
}

using SiteDeathTest = SiteTest;
TEST_F(SiteDeathTest, AnAnswerThatNobodyAskedForAborts) {
  to_ready();
  EXPECT_DEATH(step(SealStored{}), "stored");
  EXPECT_DEATH(step(PlanRefused{RefusalCode::policy}), "refused");
  EXPECT_DEATH(step(program().prepare(world_.plan(1))), "prepared");
}

}  // namespace
}  // namespace fedloom::secagg
