// Recovery: how a site answers a plan with keys and shares of their secrets, and which deals it refuses.

#include <functional>

#include "recovering_site_fixture.hpp"

namespace fedloom::secagg {
namespace {

using SiteOffered = RecoveringSite;

TEST_F(SiteOffered, AnswersAPlanWithAnOfferAndBooksNothingYet) {
  to_offered();
  EXPECT_STREQ(protocol_->state(), "Offered");
  EXPECT_EQ(find<Prepare>(actions_), nullptr);
  EXPECT_TRUE(is_genuine(own_offer_.terms, world_.run));
  EXPECT_EQ(own_offer_.terms.id, id());
  EXPECT_EQ(own_offer_.terms.plan, plan_hash(plan_));
  EXPECT_EQ(own_offer_.terms.entries, entries_hash(own_offer_.entries));
  ASSERT_EQ(own_offer_.entries.size(), 4U);
  for (std::uint32_t place = 0; place < 4; ++place) EXPECT_EQ(own_offer_.entries[place].place, place);
  EXPECT_EQ(find<SetTimer>(actions_)->at, clock_.now() + Millis(5000));
}

/// What `receiver` finds in its box of the site's offer.
SharePair opened(const MaskKey& session_key, const PublicKey& own, const OfferTerms& terms, const OfferEntry& entry,
                 const BoxContext& about) {
  auto pair = open(session_key.agree(own).value(), about, entry.sealed);
  EXPECT_TRUE(pair);
  EXPECT_EQ(commit_to_share(about, SecretKind::self_seed, pair->self_seed), entry.self_seed) << to_hex(terms.plan);
  EXPECT_EQ(commit_to_share(about, SecretKind::mask_key, pair->mask_key), entry.mask_key);
  return std::move(*pair);
}

TEST_F(SiteOffered, AnyThreeOfItsSharesGiveItsSecretsAndTwoDoNot) {
  to_offered();
  std::vector<SecretBytes> seeds, keys;
  std::vector<std::uint8_t> points;
  for (std::size_t place = 1; place < 4; ++place) {
    const BoxContext about = box_of(own_offer_.terms, context(), world_.keys[place].public_key());
    auto pair = opened(session_keys_[place], own_.session_key, own_offer_.terms, own_offer_.entries[place], about);
    seeds.push_back(std::move(pair.self_seed));
    keys.push_back(std::move(pair.mask_key));
    points.push_back(point_of(place));
  }
  const auto fits = [&] {
    const Combiner combiner(points);
    const bool seed =
        commit_to_seed(context(), own_offer_.terms.key, combiner.combine(seeds)) == own_offer_.terms.self_seed;
    const bool key = MaskKey(combiner.combine(keys)).public_key() == own_offer_.terms.mask_key;
    EXPECT_EQ(seed, key);
    return seed && key;
  };
  EXPECT_TRUE(fits());
  seeds.pop_back();
  keys.pop_back();
  points.pop_back();
  EXPECT_FALSE(fits());
}

TEST_F(SiteOffered, NoKeyOrSeedServesTwoRounds) {
  to_masked();
  const OfferTerms first = own_offer_.terms;
  to_offered(2);
  EXPECT_NE(own_offer_.terms.mask_key, first.mask_key);
  EXPECT_NE(own_offer_.terms.self_seed, first.self_seed);
  EXPECT_NE(first.mask_key, own_.session_key);
}

TEST_F(SiteOffered, TakesWhatAllOffered) {
  to_preparing();
  EXPECT_STREQ(protocol_->state(), "Preparing");
  ASSERT_NE(find<Prepare>(actions_), nullptr);
  EXPECT_EQ(find<Prepare>(actions_)->plan, plan_);
  EXPECT_TRUE(said().empty());
}

TEST_F(SiteOffered, TakesADealOfAsManyAsTheThreshold) {
  for (const std::size_t left_out : {1U, 2U, 3U}) {
    restart();
    to_offered();
    std::vector<std::size_t> places{0, 1, 2, 3};
    std::erase(places, left_out);
    receive(deal(places));
    EXPECT_STREQ(protocol_->state(), "Preparing") << left_out;
  }
}

TEST_F(SiteOffered, RefusesADealOfFewerThanTheThreshold) {
  for (const auto& places : std::vector<std::vector<std::size_t>>{{0, 1}, {0}, {}}) {
    restart();
    to_offered();
    receive(places.empty() ? Deal{.id = id(), .offers = {}} : deal(places));
    expect_refused(RefusalCode::protocol, "at least 3 must take part");
    EXPECT_EQ(find<Prepare>(actions_), nullptr);
  }
}

TEST_F(SiteOffered, RefusesADealThatLeavesItOut) {
  to_offered();
  receive(deal({1, 2, 3}));
  expect_refused(RefusalCode::protocol, "leave this site out");
}

TEST_F(SiteOffered, RefusesADealWithASiteTwiceOrOutOfOrder) {
  for (const auto& places : std::vector<std::vector<std::size_t>>{{0, 1, 1, 2}, {0, 2, 1, 3}, {1, 0, 2}}) {
    restart();
    to_offered();
    receive(deal(places));
    expect_refused(RefusalCode::protocol, "twice or out of order");
  }
}

TEST_F(SiteOffered, RefusesTheDealOfAnotherRoundAttemptOrSession) {
  for (const RoundId& other : {RoundId{3, 2, 0}, RoundId{3, 1, 1}, RoundId{4, 1, 0}, RoundId{2, 1, 0}}) {
    restart();
    to_offered();
    Deal message = deal();
    message.id = other;
    receive(message);
    expect_refused(RefusalCode::protocol, "the keys of another round");
  }
}

TEST_F(SiteOffered, RefusesAnOfferForAnotherPlanOrRound) {
  const std::function<void(OfferTerms&)> lies[] = {
      [](OfferTerms& terms) { terms.plan[0] ^= 1; }, [](OfferTerms& terms) { terms.id.round = 2; },
      [](OfferTerms& terms) { terms.id.attempt = 1; }, [](OfferTerms& terms) { terms.id.session = 2; }};
  for (const auto& lie : lies) {
    restart();
    to_offered();
    deal_anew({.before_signing = lie});
    receive(deal());
    expect_refused(RefusalCode::protocol, "site site101, which is not signed by it for this plan");
  }
}

TEST_F(SiteOffered, RefusesAnOfferWhoseTermsWereChangedOnTheWay) {
  const std::function<void(OfferTerms&)> changes[] = {
      [this](OfferTerms& terms) { terms.mask_key = MaskKey(random_).public_key(); },
      [](OfferTerms& terms) { terms.self_seed[0] ^= 1; }, [](OfferTerms& terms) { terms.entries[0] ^= 1; },
      [](OfferTerms& terms) { terms.signature[0] ^= 1; },
      [this](OfferTerms& terms) { sign(terms, SigningKey::generate(), world_.run); }};
  for (const auto& change : changes) {
    restart();
    to_offered();
    Deal message = deal();
    change(message.offers[1].terms);
    receive(message);
    EXPECT_STREQ(protocol_->state(), "Aborted");
    EXPECT_EQ(sent<Refuse>()->code, RefusalCode::protocol);
    EXPECT_EQ(find<Prepare>(actions_), nullptr);
  }
}

TEST_F(SiteOffered, RefusesAnotherKeyOfItsOwn) {
  to_offered();
  Deal message = deal();
  message.offers[0].terms.mask_key = MaskKey(random_).public_key();
  sign(message.offers[0].terms, world_.keys[0], world_.run);
  receive(message);
  expect_refused(RefusalCode::protocol, "another mask key for this site than it sent");
}

TEST_F(SiteOffered, RefusesTheSameMaskKeyFromTwoSites) {
  to_offered();
  deal_anew({.shown_mask_key = own_offer_.terms.mask_key});
  receive(deal());
  expect_refused(RefusalCode::protocol, "site site101, with the mask key of another site");
}

TEST_F(SiteOffered, RefusesAMaskKeyOfLowOrder) {
  for (const std::uint8_t first : {std::uint8_t{0}, std::uint8_t{1}}) {
    restart();
    to_offered();
    PublicKey weak{};
    weak[0] = first;
    deal_anew({.shown_mask_key = weak});
    receive(deal());
    expect_refused(RefusalCode::protocol, "site site101, whose mask key is a point of low order");
  }
}

TEST_F(SiteOffered, RefusesABoxThatWasTamperedWith) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{40}, sizeof(SealedShares) - 1}) {
    restart();
    to_offered();
    deal_anew({.after_sealing = [at](SealedShares& box) { box[at] ^= 1; }});
    receive(deal());
    expect_refused(RefusalCode::protocol, "site site101, with shares that are not those it sent here");
  }
}

TEST_F(SiteOffered, RefusesABoxThatWasMeantForAnother) {
  to_offered();
  Deal message = deal();
  message.offers[1].entry = dealt(1).offer.entries[2];
  receive(message);
  expect_refused(RefusalCode::protocol, "with shares that are not those it sent here");
  restart();
  to_offered();
  message = deal();
  message.offers[1].entry.place = 2;
  receive(message);
  expect_refused(RefusalCode::protocol, "with shares that are not those it sent here");
}

TEST_F(SiteOffered, RefusesSharesThatTheirCommitmentsDoNotCover) {
  const std::function<void(SharePair&)> crimes[] = {[](SharePair& pair) { pair.self_seed.writable()[7] ^= 1; },
                                                    [](SharePair& pair) { pair.mask_key.writable()[7] ^= 1; },
                                                    [](SharePair& pair) { std::swap(pair.mask_key, pair.self_seed); }};
  for (const auto& crime : crimes) {
    restart();
    to_offered();
    deal_anew({.after_commitment = crime});
    receive(deal());
    expect_refused(RefusalCode::protocol, "site site101, with shares that its commitments do not cover");
  }
}

TEST_F(SiteOffered, RefusesAnOfferFromOutsideTheSession) {
  // Site 3 has sent no session key, so that nothing can be sealed between the two.
  to_advertised();
  KeyList list = key_list();
  list.keys.pop_back();
  receive(list);
  plan_ = world_.plan(1);
  receive(PlanMessage{3, plan_, heads()});
  own_offer_ = *sent<Offer>();
  ASSERT_EQ(own_offer_.entries.size(), 3U);
  deal_anew();
  Deal message = deal({0, 1, 2});
  message.offers.push_back({dealt(3).offer.terms, dealt(3).offer.entries[0]});
  receive(message);
  expect_refused(RefusalCode::protocol, "an offer of a site outside this session");
}

TEST_F(SiteOffered, AnswersTheSamePlanAgainWithTheSameBytes) {
  to_offered();
  const auto first = said();
  ASSERT_EQ(first.size(), 1U);
  receive(PlanMessage{3, plan_, heads()});
  EXPECT_EQ(said(), first);
  EXPECT_EQ(actions_.size(), 1U) << "and does nothing else";
  EXPECT_STREQ(protocol_->state(), "Offered");
}

TEST_F(SiteOffered, RefusesAnotherPlanOfTheSameRound) {
  to_offered();
  boundary::RoundPlan other = plan_;
  other.queries.pop_back();
  receive(PlanMessage{3, other, heads()});
  expect_refused(RefusalCode::protocol, "comes after that of round 1, attempt 0");
}

TEST_F(SiteOffered, GoesOnWithTheNextPlanWhenItWasLeftBehind) {
  to_offered();
  to_offered(2);
  EXPECT_STREQ(protocol_->state(), "Offered");
  receive(deal());
  EXPECT_EQ(find<Prepare>(actions_)->plan, world_.plan(2));
}

TEST_F(SiteOffered, GivesNoOfferForAPlanThatReusesAShare) {
  to_ready();
  boundary::RoundPlan again = world_.plan(1, 1);
  again.reuse = true;
  receive(PlanMessage{3, again, heads()});
  expect_refused(RefusalCode::protocol, "asks for a share that was sealed before");
}

TEST_F(SiteOffered, GivesNoOfferForAPlanThatCountsOnTooMuchNoise) {
  for (const std::uint32_t contributors : {0U, 3U, 4U, ~0U}) {
    restart();
    to_ready();
    boundary::RoundPlan plan = world_.plan(1);
    plan.contributors = contributors;
    receive(PlanMessage{3, plan, heads()});
    expect_refused(RefusalCode::protocol, "1 to 2 is possible");
  }
}

TEST_F(SiteOffered, TakesThreeOfFourHeadsAndNotTwo) {
  for (const std::size_t missing : {1U, 2U}) {
    restart();
    to_ready();
    PlanMessage message = plan(1);
    message.heads.resize(4 - missing);
    receive(message);
    if (missing == 1) {
      EXPECT_STREQ(protocol_->state(), "Offered");
    } else {
      expect_refused(RefusalCode::protocol, "too few ledger heads");
    }
  }
}

TEST_F(SiteOffered, KnowsNoOtherMessageBetween) {
  const std::function<Message()> wrong[] = {[this] {
                                              return Message(Survivors{id(), {0, 1, 2}});
                                            },
                                            [this] {
                                              return Message(proof({0, 1, 2}));
                                            },
                                            [this] { return Message(Resend{id()}); },
                                            [this] { return Message(key_list()); }};
  for (const auto& make : wrong) {
    restart();
    to_offered();
    receive(make());
    expect_refused(RefusalCode::protocol, "out of turn (this site is Offered)");
  }
}

}  // namespace
}  // namespace fedloom::secagg
