// How the coordinator adds up the shares of a round, and what ends it.

#include <algorithm>
#include <functional>

#include "coordinator_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorRound = CoordinatorTest;

TEST_F(CoordinatorRound, PublishesThePlanWithEveryHead) {
  to_summing();
  EXPECT_STREQ(protocol_->state(), "Summing");
  EXPECT_EQ(sent_to<PlanMessage>(), (std::vector<Endpoint>{1, 2, 3}));
  EXPECT_EQ(first_sent<PlanMessage>().plan, world_.plan(1, 4)) << "attempts are counted by sessions";
  EXPECT_EQ(first_sent<PlanMessage>().session, 5U);
  ASSERT_EQ(first_sent<PlanMessage>().heads.size(), 3U);
  EXPECT_EQ(first_sent<PlanMessage>().heads[1].head, head(1, 3));
}

TEST_F(CoordinatorRound, AddsUpModuloTwoToThe64) {
  to_summing();
  send_share(0);
  send_share(1);
  EXPECT_EQ(find<RoundSummed>(actions_), nullptr);
  send_share(2);
  auto* summed = find<RoundSummed>(actions_);
  ASSERT_NE(summed, nullptr);
  EXPECT_EQ(summed->total.words(), std::vector<std::uint64_t>(47, std::uint64_t{3} << 62));
  EXPECT_EQ(summed->plan, world_.plan(1, 4));
  EXPECT_EQ(summed->survivors.size(), 3U);
  EXPECT_EQ(summed->booked, 0.75);
  EXPECT_STREQ(protocol_->state(), "Idle");
  step(StartRound{world_.plan(2)});
  EXPECT_EQ(first_sent<PlanMessage>().heads[0].head, head(0, 4));
}

TEST_F(CoordinatorRound, GivesNoTotalWithoutEverySite) {
  to_summing();
  send_share(0);
  send_share(2);
  clock_.advance(Millis(2000));
  step(CoordinatorTimer{});
  EXPECT_EQ(find<RoundSummed>(actions_), nullptr);
  expect_failed("site site101 did not answer", {1});
}

TEST_F(CoordinatorRound, TheAnnouncementAloneIsNoShare) {
  to_summing();
  for (std::size_t place = 0; place < 3; ++place) receive(static_cast<Endpoint>(place + 1), share(place));
  EXPECT_EQ(find<RoundSummed>(actions_), nullptr);
  EXPECT_EQ(protocol_->waiting_for().size(), 3U);
}

TEST_F(CoordinatorRound, CountsAShareThatComesTwiceOnce) {
  to_summing();
  send_share(0);
  send_share(0);
  EXPECT_TRUE(actions_.empty());
  receive(2, share(1));
  receive(2, share(1));
  receive(2, chunk());
  send_share(2);
  ASSERT_NE(find<RoundSummed>(actions_), nullptr);
  EXPECT_EQ(find<RoundSummed>(actions_)->total.words(), std::vector<std::uint64_t>(47, std::uint64_t{3} << 62));
}

TEST_F(CoordinatorRound, AsksAgainHalfWayWithTheSameBytes) {
  to_summing();
  const Bytes said = encode(first_sent<PlanMessage>());
  send_share(0);  // its ledger has a newer head now
  clock_.advance(Millis(1000));
  step(CoordinatorTimer{});
  EXPECT_EQ(sent_to<PlanMessage>(), (std::vector<Endpoint>{2, 3}));
  EXPECT_EQ(encode(first_sent<PlanMessage>()), said);
  clock_.advance(Millis(999));
  EXPECT_EQ(find<Failed>(step(CoordinatorTimer{})), nullptr);
  EXPECT_TRUE(sent_to<PlanMessage>().empty()) << "once only";
}

TEST_F(CoordinatorRound, RefusesASecondShareThatDiffers) {
  to_summing();
  receive(1, share(0));
  ShareMessage other = share(0);
  other.booked_rho = 0.8;
  sign(other, world_.keys[0], world_.run);
  receive(1, std::move(other));
  expect_failed("second share", {0});
}

TEST_F(CoordinatorRound, RefusesAPartBeforeItsAnnouncement) {
  to_summing();
  receive(1, chunk());
  expect_failed("site site100 sent a part of a share that it has not announced", {0});
}

TEST_F(CoordinatorRound, RefusesAPartOfAnotherRoundOrBeyondTheLast) {
  for (const bool later : {true, false}) {
    restart();
    to_summing();
    receive(1, share(0));
    ShareChunk other = chunk();
    if (later) {
      other.id.round = 2;
    } else {
      other.index = 1;
    }
    receive(1, std::move(other));
    expect_failed("not announced", {0});
  }
}

TEST_F(CoordinatorRound, RefusesOtherNumbersThanWereSigned) {
  for (const bool shorter : {true, false}) {
    restart();
    to_summing();
    receive(1, share(0));
    auto other = words(shorter ? 46 : 47);
    if (!shorter) other[46] ^= 1;
    receive(1, ShareChunk{{5, 1, 4}, 0, boundary::MaskedShare::from_wire(std::move(other))});
    expect_failed("site site100 sent other numbers than it has signed", {0});
  }
}

TEST_F(CoordinatorRound, LetsPartsOfAnEarlierRoundGo) {
  to_summing();
  for (std::size_t place = 0; place < 3; ++place) send_share(place);
  step(StartRound{world_.plan(2)});
  EXPECT_TRUE(receive(1, share(0)).empty());
  EXPECT_TRUE(receive(1, chunk()).empty());
  EXPECT_STREQ(protocol_->state(), "Summing");
}

TEST_F(CoordinatorRound, RefusesAShareOfAnotherRoundOrAttempt) {
  to_summing();
  receive(1, share(0, 2));
  expect_failed("another round or attempt", {0});
  restart();
  to_summing();
  receive(1, share(0, 1, 47, 5));
  expect_failed("another round or attempt", {0});
}

TEST_F(CoordinatorRound, RefusesAShareOfAnotherLength) {
  to_summing();
  receive(1, share(0, 1, 46));
  expect_failed("sent 46 numbers where the plan asks 47", {0});
}

TEST_F(CoordinatorRound, RefusesAShareThatAnswersAnotherPlan) {
  to_summing();
  auto other = world_.plan(1, 4);
  other.contributors = 2;
  receive(1, share_of(0, other));
  expect_failed("site site100 answered another plan", {0});
}

TEST_F(CoordinatorRound, RefusesAShareThatTheSiteHasNotSigned) {
  to_summing();
  ShareMessage changed = share(0);
  changed.booked_rho = 0.1;
  receive(1, std::move(changed));
  expect_failed("not signed", {0});
}

TEST_F(CoordinatorRound, RefusesAnothersShare) {
  to_summing();
  receive(1, share(1));
  expect_failed("site site100 sent a message in the name of site site101", {0});
}

TEST_F(CoordinatorRound, RefusesAShareWhoseLedgerHeadIsForged) {
  to_summing();
  ShareMessage message = share(0);
  message.head.entries = 1;
  sign(message, world_.keys[0], world_.run);
  receive(1, std::move(message));
  expect_failed("ledger head", {0});
}

TEST_F(CoordinatorRound, ARefusalNamesTheSiteAndTheReason) {
  const std::pair<RefusalCode, const char*> cases[] = {
      {RefusalCode::withdrew, "site site101 withdrew; ask its custodian"},
      {RefusalCode::policy, "its policy does not allow it"},
      {RefusalCode::budget_run, "site site101 refused the plan: over its budget per run; ask its custodian"},
      {RefusalCode::budget_lifetime, "over its lifetime budget"},
      {RefusalCode::roster, "refused the roster"},
      {RefusalCode::configuration, "other experiment or schema files"},
      {RefusalCode::protocol, "broke the protocol"},
      {RefusalCode::stopping, "was asked to stop"}};
  for (const auto& [code, words] : cases) {
    restart();
    to_summing();
    receive(2, refuse(1, code));
    EXPECT_EQ(sent_to<Abort>(), (std::vector<Endpoint>{1, 2, 3}));
    expect_failed(words, {1});
  }
}

TEST_F(CoordinatorRound, TakesARefusalInEveryState) {
  receive(2, refuse(1, RefusalCode::withdrew, 0));
  expect_failed("withdrew", {1});
  restart();
  to_keying();
  receive(2, refuse(1, RefusalCode::protocol, 0));
  expect_failed("protocol", {1});
  restart();
  to_idle();
  receive(2, refuse(1, RefusalCode::withdrew));
  expect_failed("withdrew", {1});
  restart();
  to_closing(true);
  receive(2, refuse(1, RefusalCode::stopping));
  expect_failed("asked to stop", {1});
}

TEST_F(CoordinatorRound, ASiteWhoseDiskFailsMayLeaveInAnyStateWithARefusalOfNoSession) {
  const std::pair<RefusalCode, const char*> cases[] = {{RefusalCode::withdrew, "site site101 withdrew"},
                                                       {RefusalCode::stopping, "site site101 was asked to stop"}};
  const std::function<void()> states[] = {[this] { receive(2, join(1)); },
                                          [this] { to_keying(); },
                                          [this] { to_idle(); },
                                          [this] { to_summing(); },
                                          [this] {
                                            to_summing();
                                            receive(2, share(1));
                                          },
                                          [this] { to_closing(true); }};
  for (const auto& [code, words] : cases) {
    for (const auto& reach : states) {
      restart();
      reach();
      receive(2, make_refusal(world_.keys[1], world_.run, code));
      EXPECT_EQ(std::ranges::count(sent_to<Abort>(), 2U), 1) << "it hears why the run ended";
      expect_failed(words, {1});
    }
  }
}

TEST_F(CoordinatorRound, ARefusalOfNoSessionMustBeSignedToo) {
  for (const auto& reach : {&CoordinatorTest::to_keying, &CoordinatorTest::to_idle, &CoordinatorTest::to_summing}) {
    restart();
    (this->*reach)();
    auto forged = std::get<Refuse>(make_refusal(world_.keys[0], world_.run, RefusalCode::withdrew));
    forged.key = world_.keys[1].public_key();
    receive(2, forged);
    expect_failed("not signed", {1});
  }
}

TEST_F(CoordinatorRound, ARefusalMustBeSignedAndOfThisSession) {
  to_summing();
  Refuse forged = refuse(1, RefusalCode::withdrew);
  forged.code = RefusalCode::policy;
  receive(2, forged);
  expect_failed("not signed", {1});
  restart();
  to_summing();
  receive(2, refuse(1, RefusalCode::withdrew, 4));
  expect_failed("session 4", {1});
}

}  // namespace
}  // namespace fedloom::secagg
