// Recovery: a site that has sent its share, and the lists of survivors that it signs or refuses.

#include <functional>

#include "mask_maker.hpp"
#include "recovering_site_fixture.hpp"

namespace fedloom::secagg {
namespace {

using SiteMasked = RecoveringSite;

TEST_F(SiteMasked, SendsItsShareOnTheTickAfterTheDeal) {
  to_offered();
  clock_.advance(Millis(333));
  receive(deal());
  const Instant arrived = clock_.now();
  clock_.advance(Millis(50));
  step(program().prepare(plan_));
  const ShareMessage announced = find<StoreSealed>(actions_)->announcement;
  EXPECT_TRUE(is_genuine(announced, world_.run));
  EXPECT_EQ(announced.id, id());
  step(SealStored{});
  EXPECT_EQ(find<SetTimer>(actions_)->at, arrived + Millis(100));
  clock_.advance(Millis(50));
  step(TimerFired{});
  EXPECT_EQ(find<SendSealed>(actions_)->context, context());
  EXPECT_STREQ(protocol_->state(), "Masked");
}

/// The words of site 0 under the masks that the others' secrets give.
std::vector<std::uint64_t> unmasked(std::vector<std::uint64_t> words, const test::World& world, const Offer& own,
                                    const std::vector<Dealt>& others, const std::vector<std::size_t>& places,
                                    const MaskContext& about) {
  const Party self{own.terms.key, own.terms.mask_key};
  for (const std::size_t place : places) {
    const Dealt& other = others[place - 1];
    const Party party{world.keys[place].public_key(), other.mask_key.public_key()};
    std::vector<KeyStream> streams;
    streams.push_back({pair_key(other.mask_key.agree(self.mask_key).value(), about, self, party), Sign::minus});
    add_streams(streams, words);
  }
  return words;
}

TEST_F(SiteMasked, ItsMaskIsThatOfTheSitesItWasDealtAndItsOwn) {
  to_offered();
  receive(deal({0, 1, 3}));
  step(program().prepare(plan_));
  const auto span = find<StoreSealed>(actions_)->share.words();
  const std::vector<std::uint64_t> sealed(span.begin(), span.end());
  const auto open = test::SiteProgram::words(world_, 0, 1, plan_);
  const MaskContext about{context(), plan_hash(plan_)};
  // Its own b, put together from the shares of the three others.
  std::vector<SecretBytes> shares;
  std::vector<std::uint8_t> points;
  for (std::size_t place = 1; place < 4; ++place) {
    const BoxContext box = box_of(own_offer_.terms, context(), world_.keys[place].public_key());
    shares.push_back(std::move(
        secagg::open(session_keys_[place].agree(own_.session_key).value(), box, own_offer_.entries[place].sealed)
            ->self_seed));
    points.push_back(point_of(place));
  }
  const Party self{own_offer_.terms.key, own_offer_.terms.mask_key};
  std::vector<KeyStream> own;
  own.push_back({self_key(Combiner(points).combine(shares), about, self), Sign::minus});
  auto words = unmasked(sealed, world_, own_offer_, dealt_, {1, 3}, about);
  EXPECT_NE(words, open) << "without the pairwise masks alone it is still hidden";
  add_streams(own, words);
  EXPECT_EQ(words, open);
}

TEST_F(SiteMasked, SignsOneListOfSurvivors) {
  to_agreed();
  EXPECT_STREQ(protocol_->state(), "Agreed");
  const auto* agree = sent<Agree>();
  ASSERT_NE(agree, nullptr);
  EXPECT_TRUE(is_genuine(*agree, world_.run));
  EXPECT_EQ(agree->id, id());
  EXPECT_EQ(agree->agreement, agreement({0, 1, 2}));
  EXPECT_EQ(actions_.size(), 2U) << "and waits";
}

TEST_F(SiteMasked, RefusesAListOfFewerThanTheThreshold) {
  for (const auto& places : std::vector<std::vector<std::uint32_t>>{{0, 1}, {0}, {}}) {
    restart();
    to_masked();
    receive(Survivors{id(), places});
    expect_refused(RefusalCode::protocol, "at least 3 must be in a sum");
    EXPECT_EQ(sent<Agree>(), nullptr);
  }
}

TEST_F(SiteMasked, RefusesAListWithoutItself) {
  to_masked();
  receive(Survivors{id(), {1, 2, 3}});
  expect_refused(RefusalCode::protocol, "leaves this site out");
}

TEST_F(SiteMasked, RefusesASurvivorWhoWasNotDealtTo) {
  to_offered();
  receive(deal({0, 1, 2}));
  step(program().prepare(plan_));
  step(SealStored{});
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(Survivors{id(), {0, 1, 2, 3}});
  expect_refused(RefusalCode::protocol, "names a site that no keys were dealt to");
}

TEST_F(SiteMasked, RefusesTheListOfAnotherRoundAttemptOrSession) {
  for (const RoundId& other : {RoundId{3, 2, 0}, RoundId{3, 1, 1}, RoundId{4, 1, 0}, RoundId{2, 1, 0}}) {
    restart();
    to_masked();
    receive(Survivors{other, {0, 1, 2}});
    expect_refused(RefusalCode::protocol, "is of another round");
  }
}

TEST_F(SiteMasked, SendsTheStoredShareAgainWhenAsked) {
  to_masked();
  for (int repeat = 0; repeat < 3; ++repeat) {
    receive(Resend{id()});
    ASSERT_NE(find<SendSealed>(actions_), nullptr);
    EXPECT_EQ(find<SendSealed>(actions_)->context, context());
    EXPECT_TRUE(said().empty());
    EXPECT_EQ(find<Prepare>(actions_), nullptr);
    EXPECT_EQ(find<StoreSealed>(actions_), nullptr);
  }
  receive(Survivors{id(), {0, 1, 2, 3}});
  EXPECT_STREQ(protocol_->state(), "Agreed");
}

TEST_F(SiteMasked, SendsTheStoredShareAgainWhenTheDealComesAgain) {
  to_waiting();
  EXPECT_TRUE(receive(deal()).empty()) << "no answer yet";
  clock_.advance(Millis(100));
  step(TimerFired{});
  receive(deal());
  ASSERT_EQ(actions_.size(), 1U);
  EXPECT_EQ(find<SendSealed>(actions_)->context, context());
}

TEST_F(SiteMasked, RefusesToSendTheShareOfAnotherRound) {
  to_masked();
  receive(Resend{{3, 2, 0}});
  expect_refused(RefusalCode::protocol, "out of turn (this site is Masked)");
}

TEST_F(SiteMasked, RefusesASecondDealOfTheRound) {
  for (const auto& reach : {&RecoveringSite::to_preparing, &RecoveringSite::to_waiting, &RecoveringSite::to_masked,
                            &RecoveringSite::to_agreed}) {
    restart();
    (this->*reach)();
    receive(deal({0, 1, 2}));
    if (protocol_->is_silent()) to_tick();
    expect_refused(RefusalCode::protocol, "sent Deal out of turn");
  }
}

TEST_F(SiteMasked, RefusesAProofBeforeItHasSigned) {
  to_masked();
  receive(proof({0, 1, 2}));
  expect_refused(RefusalCode::protocol, "out of turn (this site is Masked)");
}

TEST_F(SiteMasked, ASilentCoordinatorEndsItInEveryStateOfTheRound) {
  for (const auto& reach : {&RecoveringSite::to_masked, &RecoveringSite::to_agreed}) {
    restart();
    (this->*reach)();
    clock_.advance(Millis(4999));
    EXPECT_EQ(find<SiteAborted>(step(TimerFired{})), nullptr);
    clock_.advance(Millis(1));
    step(TimerFired{});
    ASSERT_NE(find<SiteAborted>(actions_), nullptr);
    EXPECT_NE(find<SiteAborted>(actions_)->reason.find("silent"), std::string::npos);
  }
}

}  // namespace
}  // namespace fedloom::secagg
