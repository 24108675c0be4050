// Recovery: a site that has signed a list of survivors, what it takes for a proof that the others have too, and what
// it shows then.

#include <functional>
#include <map>
#include <set>

#include "recovering_site_fixture.hpp"

namespace fedloom::secagg {
namespace {

using SiteAgreed = RecoveringSite;

TEST_F(SiteAgreed, StoresItsDecisionBeforeItShowsAnything) {
  to_deciding();
  EXPECT_STREQ(protocol_->state(), "Deciding");
  ASSERT_EQ(actions_.size(), 1U);
  ASSERT_NE(find<StoreDecision>(actions_), nullptr);
  EXPECT_EQ(find<StoreDecision>(actions_)->context, context());
  EXPECT_EQ(find<StoreDecision>(actions_)->agreement, agreement({0, 1, 2}));
  step(DecisionStored{});
  EXPECT_NE(sent<Unmask>(), nullptr);
  EXPECT_STREQ(protocol_->state(), "Ready");
}

TEST_F(SiteAgreed, ShowsTheSeedSharesOfSurvivorsAndTheKeySharesOfTheLost) {
  to_deciding();
  step(DecisionStored{});
  const Unmask& unmask = *sent<Unmask>();
  EXPECT_TRUE(is_genuine(unmask, world_.run));
  EXPECT_EQ(unmask.id, id());
  EXPECT_EQ(unmask.agreement, agreement({0, 1, 2}));
  ASSERT_EQ(unmask.shares.size(), 4U);
  for (std::uint32_t place = 0; place < 4; ++place) EXPECT_EQ(unmask.shares[place].place, place);
  const auto is = [](const std::array<std::uint8_t, 32>& shown, const SecretBytes& share) {
    return std::ranges::equal(shown, share.view());
  };
  EXPECT_TRUE(is(unmask.shares[1].share, dealt(1).seed_shares[0]));
  EXPECT_TRUE(is(unmask.shares[2].share, dealt(2).seed_shares[0]));
  EXPECT_TRUE(is(unmask.shares[3].share, dealt(3).key_shares[0]));
  const BoxContext own = box_of(own_offer_.terms, context(), own_offer_.terms.key);
  EXPECT_EQ(commit_to_share(own, SecretKind::self_seed, SecretBytes(unmask.shares[0].share)),
            own_offer_.entries[0].self_seed);
}

TEST_F(SiteAgreed, RefusesTooFewSignatures) {
  for (const auto& places : std::vector<std::vector<std::size_t>>{{}, {0}, {0, 1}, {1, 2}}) {
    restart();
    to_agreed();
    receive(proof(places));
    expect_refused(RefusalCode::protocol, "but 3 are needed");
    EXPECT_EQ(find<StoreDecision>(actions_), nullptr);
  }
}

TEST_F(SiteAgreed, RefusesOneSignatureTwice) {
  to_agreed();
  receive(proof({0, 1, 1}));
  expect_refused(RefusalCode::protocol, "holds one site twice");
}

TEST_F(SiteAgreed, RefusesASignatureUnderAnotherList) {
  to_agreed();
  Proof message = proof({0, 1});
  message.agreed.push_back(agree(2, {0, 1, 2, 3}));
  receive(message);
  expect_refused(RefusalCode::protocol, "is of another list");
}

TEST_F(SiteAgreed, RefusesASignatureOfAnotherRound) {
  to_agreed();
  Proof message = proof({0, 1});
  message.agreed.push_back(agree_of(world_, 2, {3, 2, 0}, agreement({0, 1, 2})));
  receive(message);
  expect_refused(RefusalCode::protocol, "is of another list");
  restart();
  to_agreed();
  message = proof({0, 1, 2});
  message.id.round = 2;
  receive(message);
  expect_refused(RefusalCode::protocol, "is of another round");
}

TEST_F(SiteAgreed, RefusesTheSignatureOfOneWhoDidNotSurvive) {
  to_agreed();
  receive(proof({0, 1, 3}));
  expect_refused(RefusalCode::protocol, "holds one who did not survive");
}

TEST_F(SiteAgreed, RefusesAStrangersSignatureAndAForgedOne) {
  to_agreed();
  Proof message = proof({0, 1, 2});
  sign(message.agreed[2], SigningKey::generate(), world_.run);
  receive(message);
  expect_refused(RefusalCode::protocol, "holds one who did not survive");
  restart();
  to_agreed();
  message = proof({0, 1, 2});
  message.agreed[2].signature[5] ^= 1;
  receive(message);
  expect_refused(RefusalCode::protocol, "a signature that is not its site's");
  restart();
  to_agreed();
  message = proof({0, 1, 2});
  message.agreed[2].signature = message.agreed[1].signature;
  receive(message);
  expect_refused(RefusalCode::protocol, "a signature that is not its site's");
}

TEST_F(SiteAgreed, RefusesASecondListInOneContext) {
  for (const bool more : {true, false}) {
    restart();
    to_agreed();
    receive(more ? Survivors{id(), {0, 1, 2, 3}} : Survivors{id(), {0, 1, 3}});
    expect_refused(RefusalCode::protocol, "sent Survivors out of turn (this site is Agreed)");
    EXPECT_EQ(sent<Agree>(), nullptr);
  }
}

TEST_F(SiteAgreed, RefusesASecondListAfterItHasShown) {
  to_deciding();
  step(DecisionStored{});
  receive(Survivors{id(), {0, 1, 3}});
  expect_refused(RefusalCode::protocol, "sent Survivors out of turn (this site is Ready)");
}

TEST_F(SiteAgreed, RepeatsItsAnswersToTheByte) {
  to_agreed();
  const auto agreed = said();
  receive(Survivors{id(), {0, 1, 2}});
  EXPECT_EQ(said(), agreed);
  EXPECT_EQ(actions_.size(), 1U);
  receive(proof({0, 1, 2}));
  EXPECT_TRUE(receive(proof({0, 1, 2})).empty()) << "the decision is not on disk yet";
  step(DecisionStored{});
  const auto shown = said();
  ASSERT_EQ(shown.size(), 2U) << "the second time for what was asked meanwhile";
  EXPECT_EQ(shown[0], shown[1]);
  for (int repeat = 0; repeat < 2; ++repeat) {
    receive(proof({0, 1, 2}));
    ASSERT_EQ(said().size(), 1U);
    EXPECT_EQ(said()[0], shown[0]);
    EXPECT_EQ(actions_.size(), 1U) << "nothing is decided twice";
  }
}

TEST_F(SiteAgreed, AnotherProofAfterTheFirstShowsNothing) {
  to_agreed();
  receive(Survivors{id(), {0, 1, 2}});
  receive(proof({0, 1, 2}));
  step(DecisionStored{});
  Proof other = proof({0, 1, 2});
  other.agreed[1] = agree(1);
  std::swap(other.agreed[0], other.agreed[1]);
  receive(other);
  EXPECT_EQ(sent<Unmask>(), nullptr);
  EXPECT_STREQ(protocol_->state(), "Aborted");
}

TEST_F(SiteAgreed, TakesTheNextPlanSessionOrEndInsteadOfAProof) {
  for (const auto& reach : {&RecoveringSite::to_masked, &RecoveringSite::to_agreed}) {
    restart();
    (this->*reach)();
    to_offered(2);
    EXPECT_STREQ(protocol_->state(), "Offered");
    restart();
    (this->*reach)();
    receive(open(4));
    EXPECT_STREQ(protocol_->state(), "Advertised");
    EXPECT_EQ(std::get<StoreSession>(actions_.front()).session, 4U);
    for (const bool finished : {true, false}) {
      restart();
      (this->*reach)();
      CloseRun end = close_run(finished);
      end.public_ledger.push_back(world_.spend(plan_));
      receive(end);
      ASSERT_NE(find<SiteFinished>(actions_), nullptr) << finished;
      EXPECT_EQ(find<SiteFinished>(actions_)->complete, finished);
    }
  }
}

TEST_F(SiteAgreed, AStopIsToldInEveryStateOfTheRound) {
  const std::function<void()> states[] = {
      [this] { to_offered(); }, [this] { to_preparing(); }, [this] { to_sealing(); }, [this] { to_waiting(); },
      [this] { to_masked(); },  [this] { to_agreed(); },    [this] { to_deciding(); }};
  for (const auto& reach : states) {
    restart();
    reach();
    step(StopRequested{});
    expect_refused(RefusalCode::stopping, "asked to stop");
    restart();
    reach();
    receive(Abort{"site south did not answer"});
    if (std::string_view(protocol_->state()) == "Deciding") {
      step(DecisionStored{});
    } else if (protocol_->is_silent()) {
      to_tick();
    }
    ASSERT_NE(find<SiteAborted>(actions_), nullptr);
    EXPECT_FALSE(find<SiteAborted>(actions_)->by_us);
    EXPECT_EQ(sent<Refuse>(), nullptr);
  }
}

using SiteAgreedDeathTest = RecoveringSite;
TEST_F(SiteAgreedDeathTest, ADecisionThatNobodyMadeAborts) {
  to_agreed();
  EXPECT_DEATH(step(DecisionStored{}), "decision was stored");
}

/// Random orders of everything that a coordinator could send, with all that the others have signed: whatever it does,
/// it never holds this site's shares of both secrets of one site, nor two signatures of it in one context.
TEST_F(SiteAgreed, NeverShowsBothSharesOfOneSite) {
  test::SplitMixRandom choices(5);
  std::size_t shown_in_all = 0;
  for (int repeat = 0; repeat < 60; ++repeat) {
    restart();
    to_ready();
    // What has been shown of whom in which round: seeds and keys.
    std::map<std::pair<RoundId, std::uint32_t>, std::set<bool>> shown;
    std::map<RoundId, std::set<Digest>> signatures;
    std::uint32_t round = 0;
    std::vector<std::uint32_t> list{0, 1, 2};
    for (int turn = 0; turn < 40 && std::string_view(protocol_->state()) != "Aborted"; ++turn) {
      const auto choice = choices.next() % 12;
      if (choices.next() % 4 == 0) {
        const std::vector<std::vector<std::uint32_t>> lists{{0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {0, 1, 2, 3}};
        list = lists[choices.next() % lists.size()];
      }
      const std::string_view now = protocol_->state();
      const auto prove = [&] {
        Proof made{.id = id(), .agreed = {}};
        for (const std::uint32_t place : list) made.agreed.push_back(agree(place, list));
        return made;
      };
      if (now == "Preparing") {
        step(program().prepare(plan_));
      } else if (now == "Sealing") {
        step(SealStored{});
      } else if (now == "Deciding") {
        step(DecisionStored{});
      } else if (now == "Waiting") {
        clock_.advance(Millis(100));
        step(TimerFired{});
      } else if (now == "Ready" || choice == 0) {
        to_offered(++round);
      } else if (now == "Offered" || choice == 1) {
        receive(deal());
      } else if (choice < 5) {
        receive(prove());
      } else if (choice == 5) {
        receive(Resend{id()});
      } else {
        receive(Survivors{id(), list});
      }
      for (auto& action : actions_) {
        const auto* send = std::get_if<SendToCoordinator>(&action);
        if (send == nullptr) continue;
        if (const auto* agreed = std::get_if<Agree>(&send->message)) {
          signatures[agreed->id].insert(agreed->agreement);
          EXPECT_EQ(signatures[agreed->id].size(), 1U);
        }
        const auto* unmask = std::get_if<Unmask>(&send->message);
        if (unmask == nullptr) continue;
        ++shown_in_all;
        for (std::size_t place = 1; place < 4; ++place) {
          const auto& share = unmask->shares[place].share;
          const bool seed = std::ranges::equal(share, dealt(place).seed_shares[0].view());
          EXPECT_NE(seed, std::ranges::equal(share, dealt(place).key_shares[0].view()));
          auto& kinds = shown[{unmask->id, static_cast<std::uint32_t>(place)}];
          kinds.insert(seed);
          EXPECT_EQ(kinds.size(), 1U) << "both halves of site " << place;
        }
      }
      actions_.clear();
    }
  }
  EXPECT_GT(shown_in_all, 20U) << "or nothing was tried";
}

}  // namespace
}  // namespace fedloom::secagg
