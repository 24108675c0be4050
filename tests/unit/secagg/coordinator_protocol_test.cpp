// The coordinator's half, state by state, driven by step() alone. The test plays the sites.

#include "fedloom/secagg/coordinator_protocol.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "harness.hpp"
#include "mask_key.hpp"
#include "signing.hpp"

namespace fedloom::secagg {
namespace {

using test::find;

class Coordinator : public testing::Test {
 protected:
  Coordinator() { restart(); }
  /// A fresh coordinator, for tests that end more than one.
  void restart() {
    protocol_ = std::make_unique<CoordinatorProtocol>(CoordinatorSetup{.roster = world_.roster,
                                                                       .run = world_.run,
                                                                       .domain = world_.domain,
                                                                       .join_limit = Millis(1000),
                                                                       .reply_limit = Millis(2000)});
    step(CoordinatorStart{});
  }
  std::vector<CoordinatorAction>& step(CoordinatorEvent&& event) {
    actions_ = protocol_->step(std::move(event), clock_.now());
    return actions_;
  }
  std::vector<CoordinatorAction>& receive(Endpoint from, Message message) {
    return step(ReceivedFrom{from, std::move(message)});
  }
  template <class T>
  std::vector<Endpoint> sent_to() const {
    std::vector<Endpoint> out;
    for (const auto& action : actions_) {
      const auto* send = std::get_if<SendTo>(&action);
      if (send != nullptr && std::holds_alternative<T>(send->message)) out.push_back(send->to);
    }
    return out;
  }
  template <class T>
  const T& first_sent() const {
    for (const auto& action : actions_) {
      const auto* send = std::get_if<SendTo>(&action);
      if (send != nullptr && std::holds_alternative<T>(send->message)) return std::get<T>(send->message);
    }
    throw std::logic_error("no such message");
  }
  void expect_failed(const std::string& word, const std::vector<std::size_t>& places) {
    const auto* failed = find<Failed>(actions_);
    ASSERT_NE(failed, nullptr);
    EXPECT_NE(failed->reason.find(word), std::string::npos) << failed->reason;
    std::vector<SiteId> ids;
    for (const auto place : places) ids.push_back(world_.roster.members()[place].id);
    EXPECT_EQ(failed->sites, ids);
    EXPECT_TRUE(std::holds_alternative<Failed>(actions_.back()));
    EXPECT_STREQ(protocol_->state(), "Failed");
    EXPECT_TRUE(protocol_->waiting_for().empty());
    EXPECT_TRUE(receive(1, join(0)).empty());
  }

  privacy::LedgerHead head(std::size_t place, std::uint64_t entries) const {
    privacy::LedgerHead out{.entries = entries, .hash = sha256("entry")};
    out.signature = world_.keys[place].sign(privacy::ledger_head_message(out));
    return out;
  }
  Join unsigned_join(std::size_t place) const {
    return {.run = world_.run, .last_session = 4, .booked_rho = 0.5, .head = head(place, 3)};
  }
  Join join(std::size_t place) const {
    Join message = unsigned_join(place);
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  Advertise advertise(std::size_t place, std::uint32_t session = 5) {
    Advertise message{.session = session, .mask_key = MaskKey(random_).public_key()};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  ShareMessage share(std::size_t place, std::uint32_t round = 1, std::size_t length = 47,
                     std::uint32_t attempt = 0) const {
    std::vector<std::uint64_t> words(length, std::uint64_t{1} << 62);
    ShareMessage message{{},   5, round, attempt, boundary::MaskedShare::from_wire(std::move(words)), head(place, 4),
                         0.75, {}};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  Refuse refuse(std::size_t place, RefusalCode code, std::uint32_t session = 5) const {
    Refuse message{.session = session, .round = 1, .code = code};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  Goodbye goodbye(std::size_t place) const {
    std::vector<SiteHead> heads;
    for (std::size_t i = 0; i < 3; ++i) heads.push_back({world_.keys[i].public_key(), head(i, 3)});
    Goodbye message{.session = 5, .closing = closing_hash(heads, sha256("public"))};
    sign(message, world_.keys[place], world_.run);
    return message;
  }

  void to_keying() {
    for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), join(i));
  }
  void to_idle() {
    to_keying();
    for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), advertise(i));
  }
  void to_summing() {
    to_idle();
    step(StartRound{world_.plan(1)});
  }
  void to_closing(bool finished) {
    to_idle();
    step(CloseSession{finished, sha256("public")});
  }

  test::World world_{3};
  test::SplitMixRandom random_{21};
  test::ManualClock clock_;
  std::unique_ptr<CoordinatorProtocol> protocol_;
  std::vector<CoordinatorAction> actions_;
};

TEST_F(Coordinator, NeedsTwoSites) {
  const Roster alone({{SiteId{"alone"}, world_.keys[0].public_key()}});
  EXPECT_THROW(CoordinatorProtocol(CoordinatorSetup{.roster = alone, .run = world_.run, .domain = {}}),
               std::invalid_argument);
}

TEST_F(Coordinator, WaitsForEverySiteToJoin) {
  EXPECT_STREQ(protocol_->state(), "Gathering");
  EXPECT_EQ(protocol_->waiting_for().size(), 3U);
  EXPECT_TRUE(receive(7, join(1)).empty());
  EXPECT_EQ(protocol_->waiting_for(), (std::vector<SiteId>{SiteId{"site100"}, SiteId{"site102"}}));
}

TEST_F(Coordinator, OpensTheSessionAtTheEndpointsThatJoinedInAnyOrder) {
  receive(7, join(2));
  receive(3, join(0));
  receive(5, join(1));
  EXPECT_STREQ(protocol_->state(), "Keying");
  EXPECT_EQ(sent_to<OpenSession>(), (std::vector<Endpoint>{3, 5, 7}));
  EXPECT_EQ(first_sent<OpenSession>().session, 5U);
  EXPECT_EQ(first_sent<OpenSession>().run, world_.run);
}

TEST_F(Coordinator, NamesTheSitesThatDoNotJoinInTime) {
  receive(2, join(1));
  clock_.advance(Millis(999));
  EXPECT_EQ(find<Failed>(step(CoordinatorTimer{})), nullptr);
  EXPECT_NE(find<SetCoordinatorTimer>(actions_), nullptr);
  clock_.advance(Millis(1));
  step(CoordinatorTimer{});
  EXPECT_EQ(sent_to<Abort>(), std::vector<Endpoint>{2});
  expect_failed("sites site100 and site102 did not answer in time", {0, 2});
}

TEST_F(Coordinator, RefusesAStranger) {
  Join stranger = unsigned_join(0);
  sign(stranger, SigningKey::generate(), world_.run);
  receive(1, join(0));
  receive(9, stranger);
  EXPECT_EQ(sent_to<Abort>(), (std::vector<Endpoint>{1, 9}));
  expect_failed("endpoint 9 speaks with a key that is not in the roster", {});
}

TEST_F(Coordinator, RefusesAJoinThatIsNotSigned) {
  Join forged = join(1);
  forged.booked_rho = 0;
  receive(2, forged);
  expect_failed("in the name of site site101 is not signed", {1});
}

TEST_F(Coordinator, NamesTheSiteWhoseFilesDiffer) {
  Join other = unsigned_join(1);
  other.run.config_hash[0] ^= 1;
  sign(other, world_.keys[1], world_.run);
  receive(2, other);
  expect_failed("site site101's experiment or schema files differ", {1});
}

TEST_F(Coordinator, NamesTheSiteOfAnotherRosterOrRun) {
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

TEST_F(Coordinator, RefusesASiteThatJoinsTwice) {
  receive(2, join(1));
  receive(2, join(1));
  expect_failed("joined twice", {1});
}

TEST_F(Coordinator, RefusesASiteFromTwoPlaces) {
  receive(2, join(1));
  receive(3, join(1));
  expect_failed("here twice (endpoints 2 and 3)", {1});
}

TEST_F(Coordinator, RefusesTwoSitesFromOnePlace) {
  receive(2, join(1));
  receive(2, join(2));
  expect_failed("in the name of", {1, 2});
}

TEST_F(Coordinator, RefusesALedgerHeadThatTheSiteHasNotSigned) {
  Join other = unsigned_join(1);
  other.head.entries = 99;
  sign(other, world_.keys[1], world_.run);
  receive(2, other);
  expect_failed("ledger head", {1});
}

TEST_F(Coordinator, RefusesASessionNumberThatHasNoSuccessor) {
  Join last = unsigned_join(1);
  last.last_session = ~std::uint32_t{0};
  sign(last, world_.keys[1], world_.run);
  receive(2, last);
  expect_failed("session numbers", {1});
}

TEST_F(Coordinator, EndsOnBytesThatAreNoMessage) {
  receive(2, join(1));
  step(Garbled{2});
  expect_failed("site site101 was lost or sent bytes", {1});
  restart();
  step(Garbled{8});
  expect_failed("endpoint 8", {});
}

TEST_F(Coordinator, SpreadsTheKeysAndSaysWhatTheSitesToldOfTheirPast) {
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

TEST_F(Coordinator, NamesTheSiteThatSendsNoKeyInTime) {
  to_keying();
  receive(1, advertise(0));
  receive(3, advertise(2));
  clock_.advance(Millis(2000));
  step(CoordinatorTimer{});
  EXPECT_EQ(sent_to<Abort>().size(), 3U);
  expect_failed("site site101 did not answer in time (the coordinator is Keying)", {1});
}

TEST_F(Coordinator, RefusesAMaskKeyOfAnotherSessionOrASecondOne) {
  to_keying();
  receive(1, advertise(0, 4));
  expect_failed("out of turn", {0});
  restart();
  to_keying();
  receive(1, advertise(0));
  receive(1, advertise(0));
  expect_failed("out of turn", {0});
}

TEST_F(Coordinator, RefusesAMaskKeyThatItsOwnerHasNotSigned) {
  to_keying();
  Advertise forged = advertise(0);
  forged.mask_key[3] ^= 1;
  receive(1, forged);
  expect_failed("not signed", {0});
}

TEST_F(Coordinator, RefusesAMessageOutOfTurnInEveryState) {
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
  receive(2, advertise(1));
  expect_failed("Advertise out of turn (the coordinator is Closing)", {1});
}

TEST_F(Coordinator, PublishesThePlanWithEveryHead) {
  to_summing();
  EXPECT_STREQ(protocol_->state(), "Summing");
  EXPECT_EQ(sent_to<PlanMessage>(), (std::vector<Endpoint>{1, 2, 3}));
  EXPECT_EQ(first_sent<PlanMessage>().plan, world_.plan(1));
  EXPECT_EQ(first_sent<PlanMessage>().session, 5U);
  ASSERT_EQ(first_sent<PlanMessage>().heads.size(), 3U);
  EXPECT_EQ(first_sent<PlanMessage>().heads[1].head, head(1, 3));
}

TEST_F(Coordinator, AddsUpModuloTwoToThe64) {
  to_summing();
  receive(1, share(0));
  receive(2, share(1));
  EXPECT_EQ(find<RoundSummed>(actions_), nullptr);
  receive(3, share(2));
  auto* summed = find<RoundSummed>(actions_);
  ASSERT_NE(summed, nullptr);
  EXPECT_EQ(summed->total.words(), std::vector<std::uint64_t>(47, std::uint64_t{3} << 62));
  EXPECT_EQ(summed->heads[0].head, head(0, 4));
  EXPECT_EQ(summed->booked, std::vector<double>(3, 0.75));
  EXPECT_STREQ(protocol_->state(), "Idle");
}

TEST_F(Coordinator, GivesNoTotalWithoutEverySite) {
  to_summing();
  receive(1, share(0));
  receive(3, share(2));
  clock_.advance(Millis(2000));
  step(CoordinatorTimer{});
  EXPECT_EQ(find<RoundSummed>(actions_), nullptr);
  expect_failed("site site101 did not answer", {1});
}

TEST_F(Coordinator, RefusesASecondShare) {
  to_summing();
  receive(1, share(0));
  receive(1, share(0));
  expect_failed("second share", {0});
}

TEST_F(Coordinator, RefusesAShareOfAnotherRoundOrAttempt) {
  to_summing();
  receive(1, share(0, 2));
  expect_failed("another session, round or attempt", {0});
  restart();
  to_summing();
  receive(1, share(0, 1, 47, 1));
  expect_failed("another session, round or attempt", {0});
}

TEST_F(Coordinator, RefusesAShareOfAnotherLength) {
  to_summing();
  receive(1, share(0, 1, 46));
  expect_failed("sent 46 numbers where the plan asks 47", {0});
}

TEST_F(Coordinator, RefusesAShareThatTheSiteHasNotSigned) {
  to_summing();
  ShareMessage changed = share(0);
  changed.booked_rho = 0.1;
  receive(1, std::move(changed));
  expect_failed("not signed", {0});
}

TEST_F(Coordinator, RefusesAnothersShare) {
  to_summing();
  receive(1, share(1));
  expect_failed("in the name of", {0, 1});
}

TEST_F(Coordinator, RefusesAShareWhoseLedgerHeadIsForged) {
  to_summing();
  ShareMessage message = share(0);
  message.head.entries = 1;
  sign(message, world_.keys[0], world_.run);
  receive(1, std::move(message));
  expect_failed("ledger head", {0});
}

TEST_F(Coordinator, ARefusalNamesTheSiteAndTheReason) {
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

TEST_F(Coordinator, TakesARefusalInEveryState) {
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

TEST_F(Coordinator, ARefusalMustBeSignedAndOfThisSession) {
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

TEST_F(Coordinator, ClosesWhenEverySiteHasSaidGoodbye) {
  to_closing(true);
  EXPECT_EQ(sent_to<CloseRun>(), (std::vector<Endpoint>{1, 2, 3}));
  EXPECT_EQ(first_sent<CloseRun>().public_ledger, sha256("public"));
  for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), goodbye(i));
  const auto* closed = find<SessionClosed>(actions_);
  ASSERT_NE(closed, nullptr);
  ASSERT_EQ(closed->goodbyes.size(), 3U);
  EXPECT_EQ(closed->goodbyes[2].signature, goodbye(2).signature);
  EXPECT_STREQ(protocol_->state(), "Closed");
}

TEST_F(Coordinator, NamesTheSiteThatDoesNotSayGoodbye) {
  to_closing(true);
  receive(1, goodbye(0));
  clock_.advance(Millis(2000));
  step(CoordinatorTimer{});
  expect_failed("sites site101 and site102", {1, 2});
}

TEST_F(Coordinator, RefusesAGoodbyeToSomethingElse) {
  to_closing(true);
  Goodbye other{.session = 5, .closing = closing_hash({}, sha256("public"))};
  sign(other, world_.keys[0], world_.run);
  receive(1, other);
  expect_failed("goodbye", {0});
}

TEST_F(Coordinator, AStopThatCrossesTheEndCountsAsAGoodbye) {
  to_closing(false);
  receive(1, goodbye(0));
  receive(2, refuse(1, RefusalCode::stopping));
  receive(3, goodbye(2));
  const auto* closed = find<SessionClosed>(actions_);
  ASSERT_NE(closed, nullptr);
  EXPECT_EQ(closed->goodbyes[1].signature, Signature{});
  EXPECT_EQ(closed->goodbyes[1].key, world_.keys[1].public_key());
}

TEST_F(Coordinator, AShareThatCrossesTheEndOfAStoppedRunIsDropped) {
  to_summing();
  step(CloseSession{false, sha256("public")});
  EXPECT_EQ(sent_to<CloseRun>().size(), 3U);
  EXPECT_TRUE(receive(1, share(0)).empty());
  for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), goodbye(i));
  EXPECT_NE(find<SessionClosed>(actions_), nullptr);
}

TEST_F(Coordinator, AStopBeforeTheFirstRoundEndsTheRun) {
  receive(1, join(0));
  step(CloseSession{false, {}});
  EXPECT_EQ(sent_to<Abort>(), std::vector<Endpoint>{1});
  expect_failed("stopped before every site had joined", {});
  restart();
  to_keying();
  step(CloseSession{false, {}});
  expect_failed("stopped before the sites had exchanged keys", {});
}

TEST_F(Coordinator, WaitsWithoutADeadlineBetweenRounds) {
  to_idle();
  clock_.advance(Millis(10000000));
  EXPECT_TRUE(step(CoordinatorTimer{}).empty());
  EXPECT_TRUE(protocol_->waiting_for().empty());
}

using CoordinatorDeathTest = Coordinator;
TEST_F(CoordinatorDeathTest, ARoundStartedOutOfTurnAborts) {
  EXPECT_DEATH(step(StartRound{world_.plan(1)}), "round was started");
  to_closing(true);
  EXPECT_DEATH(step(CloseSession{true, {}}), "closed twice");
}

}  // namespace
}  // namespace fedloom::secagg
