// The site's half, state by state, driven by step() alone. The test plays the coordinator and the other two sites.

#include "fedloom/secagg/site_protocol.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "harness.hpp"
#include "mask_key.hpp"
#include "signing.hpp"

namespace fedloom::secagg {
namespace {

using test::find;

class Site : public testing::Test {
 public:
  void to_joining() { step(Start{}); }
  void to_advertised() {
    to_joining();
    receive(open());
    own_ = *sent<Advertise>();
  }
  void to_ready() {
    to_advertised();
    receive(key_list());
  }
  void to_preparing() {
    to_ready();
    receive(plan(1));
  }
  void to_sealing() {
    to_preparing();
    step(program_->prepare(world_.plan(1)));
  }
  void to_waiting() {
    to_sealing();
    step(SealStored{});
  }

 protected:
  Site() { restart(); }
  /// A fresh site, for tests that end more than one.
  void restart() {
    Join resume;
    resume.last_session = 2;
    resume.booked_rho = 0.5;
    protocol_ = std::make_unique<SiteProtocol>(SiteSetup{.key = &world_.keys[0],
                                                         .random = &random_,
                                                         .roster = world_.roster,
                                                         .run = world_.run,
                                                         .resume = resume,
                                                         .tick = Millis(100),
                                                         .wait_limit = Millis(5000),
                                                         .domain = world_.domain});
    program_ = std::make_unique<test::SiteProgram>(world_, 0, 1);
  }
  std::vector<SiteAction>& step(SiteEvent&& event) {
    actions_ = protocol_->step(std::move(event), clock_.now());
    return actions_;
  }
  std::vector<SiteAction>& receive(Message message) { return step(Received{std::move(message)}); }
  template <class T>
  const T* sent() {
    for (auto& action : actions_) {
      if (const auto* send = std::get_if<SendToCoordinator>(&action)) {
        if (const auto* found = std::get_if<T>(&send->message)) return found;
      }
    }
    return nullptr;
  }
  void expect_refused(RefusalCode code, const std::string& word) {
    const auto* refuse = sent<Refuse>();
    ASSERT_NE(refuse, nullptr);
    EXPECT_EQ(refuse->code, code);
    EXPECT_TRUE(is_genuine(*refuse, world_.run));
    const auto* aborted = find<SiteAborted>(actions_);
    ASSERT_NE(aborted, nullptr);
    EXPECT_TRUE(aborted->by_us);
    EXPECT_EQ(aborted->refusal, code);
    EXPECT_NE(aborted->reason.find(word), std::string::npos) << aborted->reason;
    EXPECT_STREQ(protocol_->state(), "Aborted");
    EXPECT_TRUE(receive(Abort{"later"}).empty());
  }

  OpenSession open(std::uint32_t session = 3) const { return {world_.run, session}; }
  Advertise advertise(std::size_t place, std::uint32_t session = 3) {
    Advertise message{.session = session, .mask_key = MaskKey(random_).public_key()};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  KeyList key_list() { return {3, {own_, advertise(1), advertise(2)}}; }
  std::vector<SiteHead> heads() const {
    std::vector<SiteHead> out;
    for (const auto& key : world_.keys) {
      privacy::LedgerHead head{.entries = 1, .hash = sha256("entry")};
      head.signature = key.sign(privacy::ledger_head_message(head));
      out.push_back({key.public_key(), head});
    }
    return out;
  }
  PlanMessage plan(std::uint32_t round, std::uint32_t attempt = 0) const {
    return {3, world_.plan(round, attempt), heads()};
  }
  CloseRun close_run(bool finished) const { return {3, finished, heads(), sha256("public")}; }

  test::World world_{3};
  test::SplitMixRandom random_{11};
  test::ManualClock clock_;
  std::unique_ptr<test::SiteProgram> program_;
  std::unique_ptr<SiteProtocol> protocol_;
  std::vector<SiteAction> actions_;
  Advertise own_;
};

TEST_F(Site, NeedsARosterThatItIsInAndAPeer) {
  const auto made_of = [this](Roster roster) {
    return SiteProtocol(SiteSetup{.key = &world_.keys[0], .random = &random_, .roster = std::move(roster), .run = {}});
  };
  EXPECT_THROW(made_of(Roster({{SiteId{"alone"}, world_.keys[0].public_key()}})), std::invalid_argument);
  EXPECT_THROW(
      made_of(Roster({{SiteId{"a"}, world_.keys[1].public_key()}, {SiteId{"b"}, world_.keys[2].public_key()}})),
      std::invalid_argument);
}

TEST_F(Site, JoinsWithItsPastSigned) {
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

TEST_F(Site, StoresTheSessionBeforeItSaysAnythingInIt) {
  to_joining();
  receive(open());
  EXPECT_STREQ(protocol_->state(), "Advertised");
  ASSERT_TRUE(std::holds_alternative<StoreSession>(actions_.front()));
  EXPECT_EQ(std::get<StoreSession>(actions_.front()).session, 3U);
  ASSERT_NE(sent<Advertise>(), nullptr);
  EXPECT_TRUE(is_genuine(*sent<Advertise>(), world_.run));
}

TEST_F(Site, RefusesASessionItHasTakenPartIn) {
  to_joining();
  receive(open(2));
  expect_refused(RefusalCode::protocol, "session 2");
}

TEST_F(Site, RefusesAnotherExperiment) {
  to_joining();
  auto message = open();
  message.run.config_hash[0] ^= 1;
  receive(message);
  expect_refused(RefusalCode::configuration, "experiment");
}

TEST_F(Site, RefusesAnotherRunOrRoster) {
  to_joining();
  auto message = open();
  message.run.roster_hash[0] ^= 1;
  receive(message);
  expect_refused(RefusalCode::configuration, "roster");
}

TEST_F(Site, RefusesAPlanBeforeTheKeys) {
  to_advertised();
  receive(plan(1));
  expect_refused(RefusalCode::protocol, "out of turn");
}

TEST_F(Site, RefusesASecondSession) {
  to_ready();
  receive(open(4));
  expect_refused(RefusalCode::protocol, "OpenSession");
}

TEST_F(Site, RefusesWhatOnlySitesSay) {
  to_ready();
  receive(advertise(1));
  expect_refused(RefusalCode::protocol, "Advertise");
}

TEST_F(Site, IsReadyOnceAllKeysAreIn) {
  to_ready();
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(Site, TakesTheKeysInAnyOrder) {
  to_advertised();
  auto list = key_list();
  std::swap(list.keys[0], list.keys[2]);
  receive(list);
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(Site, RefusesAShortKeyList) {
  to_advertised();
  auto list = key_list();
  list.keys.pop_back();
  receive(list);
  expect_refused(RefusalCode::roster, "2 keys");
}

TEST_F(Site, RefusesASiteThatStandsTwiceInTheKeyList) {
  to_advertised();
  receive(KeyList{3, {own_, advertise(1), advertise(1)}});
  expect_refused(RefusalCode::roster, "twice");
}

TEST_F(Site, RefusesAKeyFromOutsideTheRoster) {
  to_advertised();
  Advertise stranger{.session = 3, .mask_key = MaskKey(random_).public_key()};
  sign(stranger, SigningKey::generate(), world_.run);
  receive(KeyList{3, {own_, advertise(1), stranger}});
  expect_refused(RefusalCode::roster, "outside the roster");
}

TEST_F(Site, RefusesAKeyThatItsOwnerHasNotSigned) {
  to_advertised();
  auto list = key_list();
  list.keys[2].mask_key = MaskKey(random_).public_key();
  receive(list);
  expect_refused(RefusalCode::protocol, "site102");
}

TEST_F(Site, RefusesAKeyOfAnEarlierSession) {
  to_advertised();
  receive(KeyList{3, {own_, advertise(1), advertise(2, 2)}});
  expect_refused(RefusalCode::protocol, "site102");
}

TEST_F(Site, RefusesTheKeyListOfAnotherSession) {
  to_advertised();
  auto list = key_list();
  list.session = 4;
  receive(list);
  expect_refused(RefusalCode::protocol, "session 4");
}

TEST_F(Site, RefusesAnotherKeyOfItsOwn) {
  to_advertised();
  receive(KeyList{3, {advertise(0), advertise(1), advertise(2)}});
  expect_refused(RefusalCode::protocol, "another mask key");
}

TEST_F(Site, RefusesTheSameMaskKeyFromTwoSites) {
  to_advertised();
  Advertise copied = advertise(1);
  Advertise copy{.session = 3, .mask_key = copied.mask_key};
  sign(copy, world_.keys[2], world_.run);
  receive(KeyList{3, {own_, copied, copy}});
  expect_refused(RefusalCode::protocol, "same mask key");
}

TEST_F(Site, RefusesAMaskKeyOfLowOrder) {
  for (const std::uint8_t first : {std::uint8_t{0}, std::uint8_t{1}}) {
    Advertise weak{.session = 3};
    weak.mask_key[0] = first;
    sign(weak, world_.keys[2], world_.run);
    restart();
    to_advertised();
    receive(KeyList{3, {own_, advertise(1), weak}});
    expect_refused(RefusalCode::protocol, "low order");
  }
}

TEST_F(Site, AsksForAShareWhenAPlanComes) {
  to_preparing();
  EXPECT_STREQ(protocol_->state(), "Preparing");
  ASSERT_NE(find<Prepare>(actions_), nullptr);
  EXPECT_EQ(find<Prepare>(actions_)->plan, world_.plan(1));
  ASSERT_NE(find<StoreHeads>(actions_), nullptr);
  EXPECT_EQ(find<StoreHeads>(actions_)->heads.size(), 3U);
}

TEST_F(Site, RefusesThePlanOfAnotherSession) {
  to_ready();
  auto message = plan(1);
  message.session = 2;
  receive(std::move(message));
  expect_refused(RefusalCode::protocol, "session 2");
}

TEST_F(Site, RefusesRoundZero) {
  to_ready();
  receive(plan(0, 1));
  expect_refused(RefusalCode::protocol, "round 0");
}

TEST_F(Site, RefusesARoundItHasAnswered) {
  to_waiting();
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(plan(1));
  expect_refused(RefusalCode::protocol, "round 1, attempt 0");
}

TEST_F(Site, TakesTheNextAttemptAndTheNextRound) {
  to_waiting();
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(plan(1, 1));
  EXPECT_STREQ(protocol_->state(), "Preparing");
  step(program_->prepare(world_.plan(1, 1)));
  step(SealStored{});
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(plan(2));
  EXPECT_STREQ(protocol_->state(), "Preparing");
}

TEST_F(Site, RefusesAPlanThatCountsOnItsOwnNoise) {
  for (const std::uint32_t contributors : {0U, 3U, 100U}) {
    restart();
    to_ready();
    auto message = plan(1);
    message.plan.contributors = contributors;
    receive(std::move(message));
    expect_refused(RefusalCode::protocol, "counts on the noise of");
  }
}

TEST_F(Site, RefusesAPlanThatDoesNotFitTheSchema) {
  to_ready();
  auto message = plan(1);
  message.plan.queries[0].query.marginal = schema::Marginal{5};
  receive(std::move(message));
  expect_refused(RefusalCode::protocol, "does not fit");
}

TEST_F(Site, RefusesHeadsThatAreForgedOrMissing) {
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

TEST_F(Site, PassesItsProgramsRefusalOn) {
  to_preparing();
  step(PlanRefused{RefusalCode::budget_run});
  expect_refused(RefusalCode::budget_run, "round 1");
}

TEST_F(Site, ARefusalNamesItsRound) {
  to_preparing();
  step(PlanRefused{RefusalCode::policy});
  EXPECT_EQ(sent<Refuse>()->session, 3U);
  EXPECT_EQ(sent<Refuse>()->round, 1U);
}

TEST_F(Site, StoresTheSealedBytesBeforeAnythingIsSent) {
  to_sealing();
  EXPECT_STREQ(protocol_->state(), "Sealing");
  ASSERT_NE(find<StoreSealed>(actions_), nullptr);
  EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
  const auto stored = decode(find<StoreSealed>(actions_)->bytes);
  const auto& share = std::get<ShareMessage>(stored.value());
  EXPECT_TRUE(is_genuine(share, world_.run));
  EXPECT_EQ(share.share.words().size(), world_.plan(1).length(world_.domain));
  step(SealStored{});
  EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
  EXPECT_STREQ(protocol_->state(), "Waiting");
}

TEST_F(Site, SendsOnThePublicTickAfterThePlan) {
  // However long counting took within a tick, the reply leaves at the same time.
  for (const int took : {0, 1, 60, 99, 100}) {
    restart();
    clock_.advance(Millis(37));
    to_ready();
    receive(plan(1));
    const Instant arrived = clock_.now();
    clock_.advance(Millis(took));
    step(program_->prepare(world_.plan(1)));
    step(SealStored{});
    EXPECT_EQ(find<SetTimer>(actions_)->at, arrived + Millis(100)) << took;
  }
}

TEST_F(Site, ALateReplyWaitsForTheNextTick) {
  to_preparing();
  const Instant arrived = clock_.now();
  clock_.advance(Millis(101));
  step(program_->prepare(world_.plan(1)));
  step(SealStored{});
  EXPECT_EQ(find<SetTimer>(actions_)->at, arrived + Millis(200));
}

TEST_F(Site, AnEarlyTimerSendsNothing) {
  to_waiting();
  clock_.advance(Millis(99));
  step(TimerFired{});
  EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
  ASSERT_NE(find<SetTimer>(actions_), nullptr);
  clock_.advance(Millis(1));
  step(TimerFired{});
  EXPECT_NE(sent<ShareMessage>(), nullptr);
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(Site, RefusesAPlanWhileItStillOwesAShare) {
  to_waiting();
  receive(plan(2));
  expect_refused(RefusalCode::protocol, "out of turn");
}

TEST_F(Site, ASilentCoordinatorEndsIt) {
  for (const auto& reach : {&Site::to_joining, &Site::to_advertised, &Site::to_ready}) {
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

TEST_F(Site, ItsOwnWorkHasNoDeadline) {
  to_preparing();
  clock_.advance(Millis(1000000));
  EXPECT_TRUE(step(TimerFired{}).empty());
  EXPECT_STREQ(protocol_->state(), "Preparing");
}

TEST_F(Site, AnAbortEndsItInEveryState) {
  for (const auto& reach : {&Site::to_joining, &Site::to_advertised, &Site::to_ready, &Site::to_preparing,
                            &Site::to_sealing, &Site::to_waiting}) {
    restart();
    (this->*reach)();
    receive(Abort{"site south did not answer"});
    ASSERT_NE(find<SiteAborted>(actions_), nullptr);
    EXPECT_FALSE(find<SiteAborted>(actions_)->by_us);
    EXPECT_NE(find<SiteAborted>(actions_)->reason.find("site south did not answer"), std::string::npos);
    EXPECT_EQ(find<SendToCoordinator>(actions_), nullptr);
    EXPECT_STREQ(protocol_->state(), "Aborted");
  }
}

TEST_F(Site, AStopIsToldInEveryState) {
  for (const auto& reach : {&Site::to_joining, &Site::to_advertised, &Site::to_ready, &Site::to_preparing,
                            &Site::to_sealing, &Site::to_waiting}) {
    restart();
    (this->*reach)();
    step(StopRequested{});
    expect_refused(RefusalCode::stopping, "asked to stop");
  }
}

TEST_F(Site, ClosesWithASignedGoodbye) {
  to_ready();
  receive(close_run(true));
  ASSERT_NE(sent<Goodbye>(), nullptr);
  EXPECT_TRUE(verify_goodbye(*sent<Goodbye>(), world_.run));
  EXPECT_EQ(sent<Goodbye>()->closing, closing_hash(heads(), sha256("public")));
  EXPECT_NE(find<StoreHeads>(actions_), nullptr);
  ASSERT_NE(find<SiteFinished>(actions_), nullptr);
  EXPECT_TRUE(find<SiteFinished>(actions_)->complete);
  EXPECT_STREQ(protocol_->state(), "Closed");
  EXPECT_TRUE(receive(plan(1)).empty());
}

TEST_F(Site, RefusesToCloseAnotherSessionOrWithForgedHeads) {
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

TEST_F(Site, StopsInTheMiddleOfARoundWhenTheRunIsStopped) {
  for (const auto& reach : {&Site::to_preparing, &Site::to_sealing, &Site::to_waiting}) {
    restart();
    (this->*reach)();
    receive(close_run(false));
    ASSERT_NE(find<SiteFinished>(actions_), nullptr);
    EXPECT_FALSE(find<SiteFinished>(actions_)->complete);
    EXPECT_EQ(sent<ShareMessage>(), nullptr);
  }
}

TEST_F(Site, RefusesAFinishedRunInTheMiddleOfARound) {
  to_preparing();
  receive(close_run(true));
  expect_refused(RefusalCode::protocol, "out of turn");
}

using SiteDeathTest = Site;
TEST_F(SiteDeathTest, AnAnswerThatNobodyAskedForAborts) {
  to_ready();
  EXPECT_DEATH(step(SealStored{}), "stored");
  EXPECT_DEATH(step(PlanRefused{RefusalCode::policy}), "refused");
  EXPECT_DEATH(step(program_->prepare(world_.plan(1))), "prepared");
}

}  // namespace
}  // namespace fedloom::secagg
