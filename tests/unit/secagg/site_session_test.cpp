// How a site joins, takes the keys of a session, and ends.

#include "site_fixture.hpp"

namespace fedloom::secagg {
namespace {

using SiteSession = SiteTest;

TEST_F(SiteSession, NeedsARosterThatItIsInAndAPeer) {
  const auto made_of = [this](Roster roster) {
    const auto sites = static_cast<std::uint32_t>(roster.size());
    return SiteProtocol(SiteSetup{.key = &world_.keys[0],
                                  .random = &random_,
                                  .roster = std::move(roster),
                                  .quorum = {.sites = sites},
                                  .run = {}});
  };
  EXPECT_THROW(made_of(Roster({{SiteId{"alone"}, world_.keys[0].public_key()}})), std::invalid_argument);
  EXPECT_THROW(
      made_of(Roster({{SiteId{"a"}, world_.keys[1].public_key()}, {SiteId{"b"}, world_.keys[2].public_key()}})),
      std::invalid_argument);
}

TEST_F(SiteSession, JoinsWithItsPastSigned) {
  to_joining();
  EXPECT_STREQ(protocol_->state(), "Joining");
  const auto* join = sent<Join>();
  ASSERT_NE(join, nullptr);
  EXPECT_EQ(join->key, world_.keys[0].public_key());
  EXPECT_EQ(join->run, world_.run);
  EXPECT_EQ(join->last_session, 2U);
  EXPECT_EQ(join->booked_rho, 0.5);
  EXPECT_TRUE(is_genuine(*join, world_.run));
  EXPECT_EQ(find<SetTimer>(actions_)->at, clock_.now() + Millis(5000));
}

TEST_F(SiteSession, StoresTheSessionBeforeItSaysAnythingInIt) {
  to_joining();
  receive(open());
  EXPECT_STREQ(protocol_->state(), "Advertised");
  ASSERT_TRUE(std::holds_alternative<StoreSession>(actions_.front()));
  EXPECT_EQ(std::get<StoreSession>(actions_.front()).session, 3U);
  ASSERT_NE(sent<Advertise>(), nullptr);
  EXPECT_TRUE(is_genuine(*sent<Advertise>(), world_.run));
}

TEST_F(SiteSession, RefusesASessionItHasTakenPartIn) {
  to_joining();
  receive(open(2));
  expect_refused(RefusalCode::protocol, "session 2");
}

TEST_F(SiteSession, RefusesAnotherExperiment) {
  to_joining();
  auto message = open();
  message.run.config_hash[0] ^= 1;
  receive(message);
  expect_refused(RefusalCode::configuration, "experiment");
}

TEST_F(SiteSession, RefusesAnotherRunOrRoster) {
  to_joining();
  auto message = open();
  message.run.roster_hash[0] ^= 1;
  receive(message);
  expect_refused(RefusalCode::configuration, "roster");
}

TEST_F(SiteSession, RefusesAPlanBeforeTheKeys) {
  to_advertised();
  receive(plan(1));
  expect_refused(RefusalCode::protocol, "out of turn");
}

TEST_F(SiteSession, RefusesASecondSession) {
  to_ready();
  receive(open(4));
  expect_refused(RefusalCode::protocol, "OpenSession");
}

TEST_F(SiteSession, RefusesWhatOnlySitesSay) {
  to_ready();
  receive(advertise(1));
  expect_refused(RefusalCode::protocol, "Advertise");
}

TEST_F(SiteSession, IsReadyOnceAllKeysAreIn) {
  to_ready();
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(SiteSession, RefusesKeysOutOfOrder) {
  to_advertised();
  auto list = key_list();
  std::swap(list.keys[1], list.keys[2]);
  receive(list);
  expect_refused(RefusalCode::roster, "site101 stands in the key list twice or out of order");
}

TEST_F(SiteSession, RefusesAShortKeyList) {
  to_advertised();
  auto list = key_list();
  list.keys.pop_back();
  receive(list);
  expect_refused(RefusalCode::roster, "2 keys");
}

TEST_F(SiteSession, RefusesASiteThatStandsTwiceInTheKeyList) {
  to_advertised();
  receive(KeyList{3, {own_, advertise(1), advertise(1)}});
  expect_refused(RefusalCode::roster, "twice");
}

TEST_F(SiteSession, RefusesAKeyFromOutsideTheRoster) {
  to_advertised();
  Advertise stranger{.session = 3, .session_key = MaskKey(random_).public_key()};
  sign(stranger, SigningKey::generate(), world_.run);
  receive(KeyList{3, {own_, advertise(1), stranger}});
  expect_refused(RefusalCode::roster, "outside the roster");
}

TEST_F(SiteSession, RefusesAKeyThatItsOwnerHasNotSigned) {
  to_advertised();
  auto list = key_list();
  list.keys[2].session_key = MaskKey(random_).public_key();
  receive(list);
  expect_refused(RefusalCode::protocol, "site102");
}

TEST_F(SiteSession, RefusesAKeyOfAnEarlierSession) {
  to_advertised();
  receive(KeyList{3, {own_, advertise(1), advertise(2, 2)}});
  expect_refused(RefusalCode::protocol, "site102");
}

TEST_F(SiteSession, RefusesTheKeyListOfAnotherSession) {
  to_advertised();
  auto list = key_list();
  list.session = 4;
  receive(list);
  expect_refused(RefusalCode::protocol, "session 4");
}

TEST_F(SiteSession, RefusesAnotherKeyOfItsOwn) {
  to_advertised();
  receive(KeyList{3, {advertise(0), advertise(1), advertise(2)}});
  expect_refused(RefusalCode::protocol, "another session key");
}

TEST_F(SiteSession, RefusesTheSameSessionKeyFromTwoSites) {
  to_advertised();
  Advertise copied = advertise(1);
  Advertise copy{.session = 3, .session_key = copied.session_key};
  sign(copy, world_.keys[2], world_.run);
  receive(KeyList{3, {own_, copied, copy}});
  expect_refused(RefusalCode::protocol, "same session key");
}

TEST_F(SiteSession, RefusesASessionKeyOfLowOrder) {
  for (const std::uint8_t first : {std::uint8_t{0}, std::uint8_t{1}}) {
    Advertise weak{.session = 3};
    weak.session_key[0] = first;
    sign(weak, world_.keys[2], world_.run);
    restart();
    to_advertised();
    receive(KeyList{3, {own_, advertise(1), weak}});
    expect_refused(RefusalCode::protocol, "low order");
  }
}

TEST_F(SiteSession, ASilentCoordinatorEndsIt) {
  for (const auto& reach : {&SiteTest::to_joining, &SiteTest::to_advertised, &SiteTest::to_ready}) {
    restart();
    (this->*reach)();
    clock_.advance(Millis(4999));
    EXPECT_EQ(find<SiteAborted>(step(TimerFired{})), nullptr);
    clock_.advance(Millis(1));
    step(TimerFired{});
    ASSERT_NE(find<SiteAborted>(actions_), nullptr);
    EXPECT_TRUE(find<SiteAborted>(actions_)->by_us);
    EXPECT_NE(find<SiteAborted>(actions_)->reason.find("silent for 5 s"), std::string::npos);
    EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
  }
}

TEST_F(SiteSession, AnAbortEndsItInEveryState) {
  for (const auto& reach : {&SiteTest::to_joining, &SiteTest::to_advertised, &SiteTest::to_ready,
                            &SiteTest::to_preparing, &SiteTest::to_sealing, &SiteTest::to_waiting}) {
    restart();
    (this->*reach)();
    receive(Abort{"site south did not answer"});
    if (protocol_->is_silent()) to_tick();
    ASSERT_NE(find<SiteAborted>(actions_), nullptr);
    EXPECT_FALSE(find<SiteAborted>(actions_)->by_us);
    EXPECT_NE(find<SiteAborted>(actions_)->reason.find("site south did not answer"), std::string::npos);
    EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
    EXPECT_STREQ(protocol_->state(), "Aborted");
  }
}

TEST_F(SiteSession, AStopIsToldInEveryState) {
  for (const auto& reach : {&SiteTest::to_joining, &SiteTest::to_advertised, &SiteTest::to_ready,
                            &SiteTest::to_preparing, &SiteTest::to_sealing, &SiteTest::to_waiting}) {
    restart();
    (this->*reach)();
    step(StopRequested{});
    expect_refused(RefusalCode::stopping, "asked to stop");
  }
}

TEST_F(SiteSession, ClosesWithASignedGoodbye) {
  to_ready();
  receive(close_run(true));
  ASSERT_NE(sent<Goodbye>(), nullptr);
  EXPECT_TRUE(verify_goodbye(*sent<Goodbye>(), world_.run));
  EXPECT_EQ(sent<Goodbye>()->closing, closing_hash(heads(), privacy::public_ledger_hash({spend_of_half()})));
  EXPECT_NE(find<StoreHeads>(actions_), nullptr);
  ASSERT_NE(find<SiteFinished>(actions_), nullptr);
  EXPECT_TRUE(find<SiteFinished>(actions_)->complete);
  EXPECT_STREQ(protocol_->state(), "Closed");
  EXPECT_TRUE(receive(plan(1)).empty());
}

TEST_F(SiteSession, AcknowledgesNoPublicLedgerThatIsSmallerThanItsOwnBooks) {
  auto noisier = spend_of_half();
  std::get<privacy::GaussianEvent>(noisier.events[0]).site_noise = {.variance_num = 1U << 26, .variance_shift = 26 - 1};
  auto free = spend_of_half();
  free.kind = "reuse";
  const std::vector<privacy::PublicSpend> lists[] = {{}, {noisier}, {free}};
  for (const auto& smaller : lists) {
    restart();
    to_ready();
    auto message = close_run(true);
    message.public_ledger = smaller;
    receive(message);
    EXPECT_EQ(sent<Goodbye>(), nullptr);
    EXPECT_EQ(find<StoreHeads>(actions_), nullptr);
    expect_refused(RefusalCode::protocol,
                   "the public ledger of the run leaves out something that this site has booked");
  }
}

TEST_F(SiteSession, CountsWhatItBookedInThisSession) {
  to_waiting();
  clock_.advance(Millis(100));
  step(TimerFired{});
  const double booked = program().booked();
  auto spend = world_.spend(world_.plan(1));
  ASSERT_NEAR(privacy::cost_of({spend}).value, booked, 1e-12);
  auto message = close_run(true);
  message.public_ledger = {spend};
  message.public_ledger[0].events.pop_back();
  receive(message);
  expect_refused(RefusalCode::protocol, "leaves out something that this site has booked");
}

TEST_F(SiteSession, TakesADifferenceInTheLastDigitsForNone) {
  for (const bool within : {true, false}) {
    restart(0.5 * (1 + (within ? 5e-10 : 2e-9)));
    to_ready();
    receive(close_run(true));
    EXPECT_EQ(sent<Goodbye>() != nullptr, within);
  }
}

TEST_F(SiteSession, AcknowledgesASmallerPublicLedgerOfAStoppedRun) {
  to_ready();
  auto message = close_run(false);
  message.public_ledger.clear();
  receive(message);
  ASSERT_NE(sent<Goodbye>(), nullptr);
  EXPECT_EQ(sent<Goodbye>()->closing, closing_hash(heads(), privacy::public_ledger_hash({}), false));
}

TEST_F(SiteSession, RefusesToCloseAnotherSessionOrWithForgedHeads) {
  to_ready();
  auto message = close_run(true);
  message.session = 9;
  receive(message);
  expect_refused(RefusalCode::protocol, "session 9");

  restart();
  to_ready();
  message = close_run(true);
  message.heads[2].head.hash[0] ^= 1;
  receive(message);
  expect_refused(RefusalCode::protocol, "heads");
}

}  // namespace
}  // namespace fedloom::secagg
