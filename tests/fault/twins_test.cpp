// Parts that are broken on purpose: the laboratory must find each, by the rule that it breaks.

#include "mask_key.hpp"
#include "offer.hpp"
#include "schedule_runs.hpp"
#include "share_box.hpp"
#include "signing.hpp"

namespace fedloom::fault {
namespace {

using namespace secagg;

/// True when one of the first random schedules shows it, in a run of sites that may be lost.
bool is_caught(Twin twin, Rule rule) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Schedule schedule = random_schedule(seed);
    schedule.twin = twin;
    Tally tally;
    Laboratory lab(schedule, tally);
    lab.run();
    if (lab.witness().has_broken(rule)) return true;
  }
  return false;
}

TEST(BrokenTwin, ADiskThatForgetsTheSessionIsCaught) {
  EXPECT_TRUE(is_caught(Twin::forgets_session, Rule::sessions_rise));
}
TEST(BrokenTwin, ASiteThatSealsNewNoiseUnderAnOldContextIsCaught) {
  EXPECT_TRUE(is_caught(Twin::seals_again, Rule::sealed_once));
}
TEST(BrokenTwin, ASumThatCountsAShareTwiceIsCaught) { EXPECT_TRUE(is_caught(Twin::counts_twice, Rule::exact_sum)); }
TEST(BrokenTwin, ASumThatLeavesAShareOutIsCaught) { EXPECT_TRUE(is_caught(Twin::leaves_one_out, Rule::exact_sum)); }
TEST(BrokenTwin, APublicListWithoutLostRoundsIsCaught) {
  EXPECT_TRUE(is_caught(Twin::lists_no_losses, Rule::all_listed));
}
TEST(BrokenTwin, ASiteThatBooksNothingIsCaught) { EXPECT_TRUE(is_caught(Twin::books_nothing, Rule::paid_before_sent)); }
TEST(BrokenTwin, AProgramThatForgetsItsTimerIsCaught) { EXPECT_TRUE(is_caught(Twin::waits_for_nobody, Rule::no_hang)); }

// Sites and coordinator that agree on a lower threshold than the noise counts on. (Sites refuse a plan that counts on
// more contributors than their own quorum leaves, so that the twin's must leave as many.)
TEST(BrokenTwin, AThresholdBelowAllButTheDropoutsIsCaught) {
  const Quorum promised{.sites = 5, .colluding = 2, .dropouts = 1};
  Schedule schedule = calm_schedule({.sites = 5, .dropouts = 2}, 1);
  schedule.promised = promised;
  schedule.losses = {{1, "after Offer"}, {3, "after Offer"}};
  Tally tally;
  Laboratory lab(schedule, tally);
  lab.run();
  ASSERT_EQ(lab.sums().size(), 1U);
  EXPECT_TRUE(lab.witness().has_broken(Rule::enough_survivors));
  EXPECT_TRUE(lab.witness().has_broken(Rule::no_short_list));
}

/// What a site that has lost its mind says, one message at a time, to a witness.
class WitnessOfOneSite : public testing::Test {
 protected:
  test::World world{Quorum{.sites = 3, .dropouts = 1}};
  Witness witness{world, world.quorum};
  RoundId id{1, 1, 0};
  SharePair of_peer{SecretBytes(sha256("a share of b")), SecretBytes(sha256("a share of s"))};

  /// Site 1 has dealt site 0 a share of each secret.
  void SetUp() override {
    Offer offer;
    offer.terms.key = world.keys[1].public_key();
    offer.terms.id = id;
    const auto about = box_of(offer.terms, context_hash(world.run, id), world.keys[0].public_key());
    offer.entries.push_back({.place = 0,
                             .self_seed = commit_to_share(about, SecretKind::self_seed, of_peer.self_seed),
                             .mask_key = commit_to_share(about, SecretKind::mask_key, of_peer.mask_key)});
    witness.on_said(1, offer);
  }
  Unmask showing(const SecretBytes& share) const {
    ShownShare shown{.place = 1};
    std::ranges::copy(share.view(), shown.share.begin());
    return {.id = id, .shares = {shown}};
  }
};

TEST_F(WitnessOfOneSite, SeesSharesOfBothSecretsOfAPeer) {
  witness.on_said(0, showing(of_peer.self_seed));
  EXPECT_FALSE(witness.has_broken(Rule::one_secret));
  witness.on_said(0, showing(of_peer.mask_key));
  EXPECT_TRUE(witness.has_broken(Rule::one_secret));
}

TEST_F(WitnessOfOneSite, LetsTheSameShareBeShownAgain) {
  witness.on_said(0, showing(of_peer.mask_key));
  witness.on_said(0, showing(of_peer.mask_key));
  EXPECT_FALSE(witness.has_broken(Rule::one_secret));
}

TEST_F(WitnessOfOneSite, SeesTwoSignedListsOfOneContext) {
  witness.on_told(0, Survivors{id, {0, 1}});
  witness.on_said(0, Agree{.id = id, .agreement = sha256("0 and 1")});
  EXPECT_TRUE(witness.violations().empty());
  witness.on_said(0, Agree{.id = id, .agreement = sha256("0 and 2")});
  EXPECT_TRUE(witness.has_broken(Rule::one_list));
}

TEST_F(WitnessOfOneSite, SeesASignatureUnderAShortList) {
  witness.on_told(0, Survivors{id, {0}});
  witness.on_said(0, Agree{.id = id, .agreement = sha256("0")});
  EXPECT_TRUE(witness.has_broken(Rule::no_short_list));
}

TEST_F(WitnessOfOneSite, SeesAMaskThatComesTwice) {
  const auto seal_with_mask = [this](const RoundId& round, std::uint64_t mask) {
    boundary::RoundPlan plan = world.plan(round.round, round.attempt);
    witness.on_released(0, plan, {round.round});
    witness.on_sealed(0, {context_hash(world.run, round), ShareMessage{.id = round},
                          boundary::MaskedShare::from_wire({round.round + mask})});
  };
  seal_with_mask({1, 1, 0}, 77);
  seal_with_mask({1, 2, 0}, 78);
  EXPECT_TRUE(witness.violations().empty());
  seal_with_mask({1, 3, 0}, 77);
  EXPECT_TRUE(witness.has_broken(Rule::masks_fresh));
}

}  // namespace
}  // namespace fedloom::fault
