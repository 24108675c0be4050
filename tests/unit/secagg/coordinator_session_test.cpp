// How the coordinator gathers the sites, spreads their keys, and ends.

#include "coordinator_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorSession = CoordinatorTest;

TEST_F(CoordinatorSession, NeedsTwoSites) {
  const Roster alone({{SiteId{"alone"}, world_.keys[0].public_key()}});
  EXPECT_THROW(
      CoordinatorProtocol(CoordinatorSetup{.roster = alone, .quorum = {.sites = 1}, .run = world_.run, .domain = {}}),
      std::invalid_argument);
}

TEST_F(CoordinatorSession, WaitsForEverySiteToJoin) {
  EXPECT_STREQ(protocol_->state(), "Gathering");
  EXPECT_EQ(protocol_->waiting_for().size(), 3U);
  EXPECT_TRUE(receive(7, join(1)).empty());
  EXPECT_EQ(protocol_->waiting_for(), (std::vector<SiteId>{SiteId{"site100"}, SiteId{"site102"}}));
}

TEST_F(CoordinatorSession, OpensTheSessionAtTheEndpointsThatJoinedInAnyOrder) {
  receive(7, join(2));
  receive(3, join(0));
  receive(5, join(1));
  EXPECT_STREQ(protocol_->state(), "Keying");
  EXPECT_EQ(sent_to<OpenSession>(), (std::vector<Endpoint>{3, 5, 7}));
  EXPECT_EQ(first_sent<OpenSession>().session, 5U);
  EXPECT_EQ(first_sent<OpenSession>().run, world_.run);
}

TEST_F(CoordinatorSession, NamesTheSitesThatDoNotJoinInTime) {
  receive(2, join(1));
  clock_.advance(Millis(999));
  EXPECT_EQ(find<Failed>(step(CoordinatorTimer{})), nullptr);
  EXPECT_NE(find<SetCoordinatorTimer>(actions_), nullptr);
  clock_.advance(Millis(1));
  step(CoordinatorTimer{});
  EXPECT_EQ(sent_to<Abort>(), std::vector<Endpoint>{2});
  expect_failed("sites site100 and site102 did not answer in time", {0, 2});
}

TEST_F(CoordinatorSession, RefusesAStranger) {
  Join stranger = unsigned_join(0);
  sign(stranger, SigningKey::generate(), world_.run);
  receive(1, join(0));
  receive(9, stranger);
  EXPECT_EQ(sent_to<Abort>(), (std::vector<Endpoint>{1, 9}));
  expect_failed("endpoint 9 speaks with a key that is not in the roster", {});
}

TEST_F(CoordinatorSession, RefusesAJoinThatIsNotSigned) {
  Join forged = join(1);
  forged.booked_rho = 0;
  receive(2, forged);
  expect_failed("in the name of site site101 is not signed", {1});
}

TEST_F(CoordinatorSession, NamesTheSiteWhoseFilesDiffer) {
  Join other = unsigned_join(1);
  other.run.config_hash[0] ^= 1;
  sign(other, world_.keys[1], world_.run);
  receive(2, other);
  expect_failed("site site101's experiment or schema files differ", {1});
}

TEST_F(CoordinatorSession, NamesTheSiteOfAnotherRosterOrRun) {
  Join other = unsigned_join(1);
  other.run.roster_hash[0] ^= 1;
  sign(other, world_.keys[1], world_.run);
  receive(2, other);
  expect_failed("roster differs", {1});

  restart();
  other = unsigned_join(1);
  other.run.run_id = "run-2";
  sign(other, world_.keys[1], world_.run);
  receive(2, other);
  expect_failed("another run", {1});
}

TEST_F(CoordinatorSession, RefusesASiteThatJoinsTwice) {
  receive(2, join(1));
  receive(2, join(1));
  expect_failed("joined twice", {1});
}

TEST_F(CoordinatorSession, RefusesASiteFromTwoPlaces) {
  receive(2, join(1));
  receive(3, join(1));
  expect_failed("site site101 is here twice (endpoints 2 and 3)", {});
}

TEST_F(CoordinatorSession, RefusesTwoSitesFromOnePlace) {
  receive(2, join(1));
  receive(2, join(2));
  expect_failed("site site101 sent a message in the name of site site102", {1});
}

TEST_F(CoordinatorSession, RefusesALedgerHeadThatTheSiteHasNotSigned) {
  Join other = unsigned_join(1);
  other.head.entries = 99;
  sign(other, world_.keys[1], world_.run);
  receive(2, other);
  expect_failed("ledger head", {1});
}

TEST_F(CoordinatorSession, RefusesASessionNumberThatHasNoSuccessor) {
  Join last = unsigned_join(1);
  last.last_session = ~std::uint32_t{0};
  sign(last, world_.keys[1], world_.run);
  receive(2, last);
  expect_failed("session numbers", {1});
}

TEST_F(CoordinatorSession, EndsOnBytesThatAreNoMessage) {
  receive(2, join(1));
  step(Garbled{2});
  expect_failed("site site101 was lost or sent bytes", {1});
  restart();
  step(Garbled{8});
  expect_failed("endpoint 8", {});
}

TEST_F(CoordinatorSession, SpreadsTheKeysAndSaysWhatTheSitesToldOfTheirPast) {
  to_idle();
  EXPECT_STREQ(protocol_->state(), "Idle");
  EXPECT_EQ(sent_to<KeyList>(), (std::vector<Endpoint>{1, 2, 3}));
  EXPECT_EQ(first_sent<KeyList>().keys.size(), 3U);
  const auto* ready = find<SessionReady>(actions_);
  ASSERT_NE(ready, nullptr);
  EXPECT_EQ(ready->session, 5U);
  ASSERT_EQ(ready->joined.size(), 3U);
  EXPECT_EQ(ready->joined[2].key, world_.keys[2].public_key());
  EXPECT_EQ(ready->joined[2].booked_rho, 0.5);
}

TEST_F(CoordinatorSession, NamesTheSiteThatSendsNoKeyInTime) {
  to_keying();
  receive(1, advertise(0));
  receive(3, advertise(2));
  clock_.advance(Millis(2000));
  step(CoordinatorTimer{});
  EXPECT_EQ(sent_to<Abort>().size(), 3U);
  expect_failed("site site101 did not answer in time (the coordinator is Keying)", {1});
}

TEST_F(CoordinatorSession, RefusesASessionKeyOfAnotherSessionOrASecondOne) {
  to_keying();
  receive(1, advertise(0, 4));
  expect_failed("out of turn", {0});
  restart();
  to_keying();
  const Advertise first = advertise(0);
  receive(1, first);
  EXPECT_TRUE(receive(1, first).empty()) << "the same once more, as it was asked for again";
  receive(1, advertise(0));
  expect_failed("out of turn", {0});
}

TEST_F(CoordinatorSession, RefusesASessionKeyThatItsOwnerHasNotSigned) {
  to_keying();
  Advertise forged = advertise(0);
  forged.session_key[3] ^= 1;
  receive(1, forged);
  expect_failed("not signed", {0});
}

TEST_F(CoordinatorSession, RefusesAMessageOutOfTurnInEveryState) {
  receive(1, share(0));
  expect_failed("Share out of turn (the coordinator is Gathering)", {});
  restart();
  to_keying();
  receive(1, share(0));
  expect_failed("Share out of turn (the coordinator is Keying)", {0});
  restart();
  to_idle();
  receive(1, share(0));
  expect_failed("Share out of turn (the coordinator is Idle)", {0});
  restart();
  to_summing();
  receive(2, goodbye(1));
  expect_failed("Goodbye out of turn (the coordinator is Summing)", {1});
  restart();
  to_closing(true);
  receive(2, share(1));
  expect_failed("Share out of turn (the coordinator is Closing)", {1});
}

TEST_F(CoordinatorSession, LetsAKeyGoThatWasAskedForTwice) {
  to_keying();
  const Advertise key = advertise(0);
  receive(1, key);
  for (std::size_t i = 1; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), advertise(i));
  EXPECT_TRUE(receive(1, key).empty());
  EXPECT_STREQ(protocol_->state(), "Idle");
}

TEST_F(CoordinatorSession, ClosesWhenEverySiteHasSaidGoodbye) {
  to_closing(true);
  EXPECT_EQ(sent_to<CloseRun>(), (std::vector<Endpoint>{1, 2, 3}));
  EXPECT_EQ(first_sent<CloseRun>().public_ledger, ledger_);
  for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), goodbye(i));
  const auto* closed = find<SessionClosed>(actions_);
  ASSERT_NE(closed, nullptr);
  ASSERT_EQ(closed->goodbyes.size(), 3U);
  EXPECT_EQ(closed->goodbyes[2].signature, goodbye(2).signature);
  EXPECT_STREQ(protocol_->state(), "Closed");
}

TEST_F(CoordinatorSession, NamesTheSiteThatDoesNotSayGoodbye) {
  to_closing(true);
  receive(1, goodbye(0));
  clock_.advance(Millis(2000));
  step(CoordinatorTimer{});
  expect_failed("sites site101 and site102", {1, 2});
}

TEST_F(CoordinatorSession, RefusesAGoodbyeToSomethingElse) {
  to_closing(true);
  Goodbye other{.session = 5, .closing = closing_hash({}, public_ledger_hash(ledger_))};
  sign(other, world_.keys[0], world_.run);
  receive(1, other);
  expect_failed("goodbye", {0});
}

TEST_F(CoordinatorSession, RefusesAGoodbyeToAnotherPublicLedger) {
  to_closing(true);
  ledger_[0].round = 9;
  receive(1, goodbye(0));
  expect_failed("goodbye", {0});
}

TEST_F(CoordinatorSession, AStopThatCrossesTheEndCountsAsAGoodbye) {
  to_closing(false);
  receive(1, goodbye(0, false));
  receive(2, refuse(1, RefusalCode::stopping));
  receive(3, goodbye(2, false));
  const auto* closed = find<SessionClosed>(actions_);
  ASSERT_NE(closed, nullptr);
  EXPECT_EQ(closed->goodbyes[1].signature, Signature{});
  EXPECT_EQ(closed->goodbyes[1].key, world_.keys[1].public_key());
}

TEST_F(CoordinatorSession, AShareThatCrossesTheEndOfAStoppedRunIsDropped) {
  to_summing();
  step(CloseSession{false, ledger_});
  EXPECT_EQ(sent_to<CloseRun>().size(), 3U);
  EXPECT_TRUE(receive(1, share(0)).empty());
  for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), goodbye(i, false));
  EXPECT_NE(find<SessionClosed>(actions_), nullptr);
}

TEST_F(CoordinatorSession, AStopBeforeTheFirstRoundEndsTheRun) {
  receive(1, join(0));
  step(CloseSession{false, {}});
  EXPECT_EQ(sent_to<Abort>(), std::vector<Endpoint>{1});
  expect_failed("stopped before every site had joined", {});
  restart();
  to_keying();
  step(CloseSession{false, {}});
  expect_failed("stopped before the sites had exchanged keys", {});
}

TEST_F(CoordinatorSession, WaitsWithoutADeadlineBetweenRounds) {
  to_idle();
  clock_.advance(Millis(10000000));
  EXPECT_TRUE(step(CoordinatorTimer{}).empty());
  EXPECT_TRUE(protocol_->waiting_for().empty());
}

using CoordinatorDeathTest = CoordinatorTest;
TEST_F(CoordinatorDeathTest, ARoundStartedOutOfTurnAborts) {
  EXPECT_DEATH(step(StartRound{world_.plan(1)}), "round was started");
  to_closing(true);
  EXPECT_DEATH(step(CloseSession{true, {}}), "closed twice");
}

}  // namespace
}  // namespace fedloom::secagg
