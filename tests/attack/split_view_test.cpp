// Two lists of survivors at once, and a site that is named alive to some and lost to others: with both of its secrets
// shown its value lies open. An accomplice among the sites plays along with both lists: it is started twice from the
// same random numbers.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "liar.hpp"
#include "offer.hpp"
#include "shamir.hpp"

namespace fedloom::test {
namespace {

using namespace secagg;
using Places = Liar::Places;

struct Views {
  Places first, second;       ///< two lists of survivors
  std::uint32_t asked_first;  ///< bit i: site i is shown the first list, else the second
};

/// Both views of one round as far as each goes, with the accomplice (the last site) in both.
class SplitViews {
 public:
  explicit SplitViews(const Quorum& quorum) : liar_(quorum), twin_(liar_.world, accomplice()) {
    liar_.open_session(1);
    liar_.start_round(1);
    liar_.deal_and_mask();
    twin_.start();
    for (const auto& message : liar_.told[accomplice()]) twin_.give(message);
  }

  void play(const Views& views) {
    show(views.first, views, true);
    show(views.second, views, false);
  }
  std::size_t lists_that_opened() const {
    const auto enough = [this](const std::vector<Unmask>& shown) {
      return shown.size() >= liar_.world.quorum.threshold();
    };
    return static_cast<std::size_t>(std::ranges::count_if(shown_, enough));
  }
  /// Both secrets of a site are put together from what was shown.
  bool opened_both_secrets_of(std::uint32_t place) const {
    return lists_that_opened() == 2 && is_self_seed(place, combine(shown_[0], place)) &&
           MaskKey(combine(shown_[1], place)).public_key() == liar_.heard[place].offer->terms.mask_key;
  }
  std::string breach() const {
    for (const auto& site : liar_.sites) {
      if (!site->breach().empty()) return site->breach();
    }
    return "";
  }

 private:
  std::size_t accomplice() const { return liar_.world.sites() - 1; }

  /// To those asked for this list: the list, and the proof if T have signed it.
  void show(const Places& places, const Views& views, bool first) {
    std::vector<std::pair<Victim*, Agree>> agreed;
    for (const std::uint32_t place : places) {
      Victim* site = site_for(place, views, first);
      if (site == nullptr) continue;
      for (const auto& message : site->give(liar_.survivors(places))) {
        if (const auto* agree = std::get_if<Agree>(&message)) agreed.emplace_back(site, *agree);
      }
    }
    Proof proof{.id = liar_.id(), .agreed = {}};
    for (const auto& [site, agree] : agreed) proof.agreed.push_back(agree);
    for (const auto& [site, agree] : agreed) {
      for (auto& message : site->give(proof)) {
        if (auto* unmask = std::get_if<Unmask>(&message)) shown_[first ? 0 : 1].push_back(std::move(*unmask));
      }
    }
  }
  Victim* site_for(std::uint32_t place, const Views& views, bool first) {
    if (place == accomplice()) return first ? liar_.sites[place].get() : &twin_;
    return ((views.asked_first >> place & 1U) != 0) == first ? liar_.sites[place].get() : nullptr;
  }

  SecretBytes combine(const std::vector<Unmask>& shown, std::uint32_t place) const {
    std::vector<std::uint8_t> points;
    std::vector<SecretBytes> shares;
    for (const Unmask& unmask : shown) {
      points.push_back(point_of(*liar_.world.roster.index_of(unmask.key)));
      shares.emplace_back(std::ranges::find(unmask.shares, place, &ShownShare::place)->share);
    }
    return Combiner(points).combine(shares);
  }
  bool is_self_seed(std::uint32_t place, const SecretBytes& secret) const {
    const OfferTerms& terms = liar_.heard[place].offer->terms;
    return commit_to_seed(context_hash(liar_.world.run, terms.id), terms.key, secret) == terms.self_seed;
  }

  Liar liar_;
  Victim twin_;
  std::array<std::vector<Unmask>, 2> shown_;
};

/// All lists of at least `least` of n sites.
std::vector<Places> lists(std::uint32_t n, std::uint32_t least) {
  std::vector<Places> all;
  for (std::uint32_t set = 0; set < 1U << n; ++set) {
    if (static_cast<std::uint32_t>(std::popcount(set)) < least) continue;
    Places places;
    for (std::uint32_t i = 0; i < n; ++i) {
      if ((set >> i & 1U) != 0) places.push_back(i);
    }
    all.push_back(std::move(places));
  }
  return all;
}

/// Every pair of lists and every way to ask the honest sites: how many pairs could both be signed by T.
std::size_t pairs_both_signed(const Quorum& quorum) {
  const std::uint32_t n = quorum.sites, honest = n - quorum.colluding;
  const auto all = lists(n, quorum.threshold());
  std::size_t pairs = 0;
  for (const Places& first : all) {
    for (const Places& second : all) {
      if (first >= second) continue;
      bool both = false;
      for (std::uint32_t asked = 0; asked < 1U << honest && !both; ++asked) {
        const auto signs = [&](std::uint32_t place, bool of_first) {
          return place >= honest || ((asked >> place & 1U) != 0) == of_first;
        };
        const auto count = [&](const Places& places, bool of_first) {
          return std::ranges::count_if(places, [&](std::uint32_t place) { return signs(place, of_first); });
        };
        both = count(first, true) >= quorum.threshold() && count(second, false) >= quorum.threshold();
      }
      if (both) ++pairs;
    }
  }
  return pairs;
}

TEST(SplitViewsOfTheSurvivors, NeverBothFindEnoughSignaturesWhereTheQuorumIsPossible) {
  for (std::uint32_t n = 3; n <= 6; ++n) {
    for (std::uint32_t c = 1; c < n; ++c) {
      for (std::uint32_t u = 1; c + u < n; ++u) {
        const Quorum quorum{.sites = n, .colluding = c, .dropouts = u, .coordinator = Coordinator::malicious};
        // Without the second condition there is always a pair of lists that both find T.
        EXPECT_EQ(pairs_both_signed(quorum) == 0, is_possible(quorum)) << n << " " << c << " " << u;
      }
    }
  }
}

TEST(SplitViewsOfTheSurvivors, AtMostOneOpensWhateverIsShownToWhom) {
  const Quorum quorum = against_liars(5, 1);
  const auto all = lists(5, quorum.threshold());
  std::size_t opened = 0;
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      for (const std::uint32_t asked : {0U, 1U, 3U, 5U, 7U, 12U, 14U, 15U}) {
        SplitViews views(quorum);
        views.play({all[a], all[b], asked});
        ASSERT_LE(views.lists_that_opened(), 1u);
        ASSERT_EQ(views.breach(), "");
        opened += views.lists_that_opened();
      }
    }
  }
  EXPECT_GT(opened, 0u) << "where all honest sites see one list, that one opens";
}

TEST(SplitViewsOfTheSurvivors, TheImpossibleQuorumWouldHaveShownASitesValue) {
  // Two may drop out of five: the lists below share the accomplice only, and both find three signatures. The quorum is
  // refused for a lying coordinator; planned for a curious one it is taken, and does not withstand the other.
  Quorum broken = against_liars(5, 2);
  EXPECT_FALSE(is_possible(broken));
  broken.coordinator = Coordinator::curious;
  SplitViews views(broken);
  views.play({{0, 1, 4}, {2, 3, 4}, 0b0011});
  EXPECT_EQ(views.lists_that_opened(), 2u);
  EXPECT_TRUE(views.opened_both_secrets_of(0));
  EXPECT_TRUE(views.opened_both_secrets_of(1));
}

TEST(ActiveAndDead, ASiteThatWasStartedAgainShowsNothingMoreOfTheRound) {
  // After any step of the round the site is restarted, and asked for the other list.
  for (const std::size_t steps : {0U, 1U, 2U}) {
    Liar liar(against_liars(5, 1));
    liar.open_session(1);
    liar.start_round(1);
    liar.deal_and_mask();
    if (steps > 0) liar.tell_all([&](std::size_t) { return liar.survivors(); });
    const Proof proof = liar.proof();
    if (steps > 1) liar.tell(0, proof);
    EXPECT_EQ(liar.heard[0].unmask.has_value(), steps > 1);
    for (const Message& message :
         std::initializer_list<Message>{liar.open(), liar.key_list(), liar.plan_message(), liar.deal(0),
                                        liar.survivors({0, 1, 2, 3}), proof, Resend{liar.id()}}) {
      liar.sites[0]->restart();
      for (const auto& said : liar.sites[0]->give(message)) {
        EXPECT_TRUE(std::holds_alternative<Refuse>(said)) << name_of(message) << " was answered with " << name_of(said);
      }
      EXPECT_EQ(liar.sites[0]->breach(), "");
    }
  }
}

TEST(ActiveAndDead, ASiteThatWasStartedAgainMakesNewKeysForTheSameRound) {
  Liar liar(against_liars(5, 1));
  liar.open_session(1);
  liar.play_round(1);
  const Unmask before = *liar.heard[0].unmask;
  const OfferTerms offered = liar.heard[0].offer->terms;
  for (auto& site : liar.sites) site->restart();
  liar.open_session(2);
  liar.start_round(1);
  liar.deal_and_mask();
  EXPECT_NE(liar.heard[0].offer->terms.mask_key, offered.mask_key);
  EXPECT_NE(liar.heard[0].offer->terms.self_seed, offered.self_seed);
  liar.tell_all([&](std::size_t) { return liar.survivors(); });
  liar.tell_all([&](std::size_t) { return liar.proof(); });
  ASSERT_TRUE(liar.heard[0].unmask);
  EXPECT_NE(liar.heard[0].unmask->id, before.id);
  for (const auto& site : liar.sites) {
    EXPECT_EQ(site->breach(), "");
    EXPECT_EQ(site->prepared(), 2u) << "both attempts are paid for";
  }
}

TEST(ActiveAndDead, ASiteThatIsNotInTheDealCannotBeNamedInEitherList) {
  Liar liar(against_liars(5, 1));
  liar.open_session(1);
  liar.start_round(1);
  auto deal = liar.deal(0);
  deal.offers.pop_back();
  liar.tell(0, deal);
  ASSERT_STREQ(liar.sites[0]->state(), "Masked");
  liar.tell(0, liar.survivors({0, 1, 2, 3, 4}));
  ASSERT_TRUE(liar.sites[0]->aborted());
  EXPECT_NE(liar.sites[0]->aborted()->reason.find("no keys were dealt to"), std::string::npos);
}

TEST(ActiveAndDead, DifferentDealsNeverMeetInOneProof) {
  // Half of the sites are dealt site 4's keys and half are not: no list of survivors finds T signatures.
  Liar liar(against_liars(5, 1));
  liar.open_session(1);
  liar.start_round(1);
  for (std::size_t place = 0; place < 4; ++place) {
    auto deal = liar.deal(place);
    if (place < 2) deal.offers.pop_back();
    liar.tell(place, deal);
    liar.tell(place, liar.survivors({0, 1, 2, 3}));
    ASSERT_TRUE(liar.heard[place].agree);
  }
  EXPECT_NE(liar.heard[0].agree->agreement, liar.heard[2].agree->agreement);
  liar.tell(0, liar.proof());
  EXPECT_FALSE(liar.heard[0].unmask);
  ASSERT_TRUE(liar.sites[0]->aborted());
  EXPECT_NE(liar.sites[0]->aborted()->reason.find("another list"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::test
