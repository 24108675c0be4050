#pragma once
// One site of a sum with recovery: four sites or more, of which one may be lost, driven by step() alone.

#include "dealer.hpp"
#include "site_fixture.hpp"

namespace fedloom::secagg {

class RecoveringSite : public SiteTest {
 public:
  void to_offered(std::uint32_t round = 1, std::uint32_t attempt = 0) {
    if (std::string_view(protocol_->state()) == "Unstarted") to_ready();
    plan_ = world_.plan(round, attempt);
    receive(PlanMessage{3, plan_, heads()});
    const auto* offer = sent<Offer>();
    if (offer == nullptr) throw std::logic_error("no offer was made");
    own_offer_ = *offer;
    deal_anew();
  }
  void to_preparing() {
    to_offered();
    receive(deal());
  }
  void to_sealing() {
    to_preparing();
    step(program().prepare(plan_));
  }
  void to_waiting() {
    to_sealing();
    step(SealStored{});
  }
  void to_masked() {
    to_waiting();
    clock_.advance(Millis(100));
    step(TimerFired{});
  }
  /// Three of the four have survived; it is one of them.
  void to_agreed() {
    to_masked();
    receive(Survivors{id(), {0, 1, 2}});
  }
  void to_deciding() {
    to_agreed();
    receive(proof({0, 1, 2}));
  }

 protected:
  RecoveringSite() : RecoveringSite(Quorum{.sites = 4, .colluding = 1, .dropouts = 1}) {}
  explicit RecoveringSite(const Quorum& quorum) : SiteTest(quorum) {}

  RoundId id() const { return {3, plan_.round, plan_.attempt}; }
  Digest context() const { return context_hash(world_.run, id()); }

  std::vector<PublicKey> session_keys() const {
    std::vector<PublicKey> keys{own_.session_key};
    for (std::size_t place = 1; place < world_.sites(); ++place) keys.push_back(session_keys_[place].public_key());
    return keys;
  }
  /// Fresh offers of all the others; `crime` is that of site 1.
  void deal_anew(const Crime& crime = {}) {
    const Dealer dealer(world_, random_);
    dealt_.clear();
    for (std::size_t place = 1; place < world_.sites(); ++place) {
      dealt_.push_back(
          dealer.deal(place, session_keys_[place], session_keys(), plan_, 3, place == 1 ? crime : Crime{}));
    }
  }
  const Dealt& dealt(std::size_t place) const { return dealt_[place - 1]; }
  /// Of those at `places`, who must be in order.
  Deal deal(const std::vector<std::size_t>& places) const {
    std::vector<const Offer*> offers;
    for (const std::size_t place : places) offers.push_back(place == 0 ? &own_offer_ : &dealt(place).offer);
    return Dealer::deal_of(offers, 0);
  }
  Deal deal() const {
    std::vector<std::size_t> all;
    for (std::size_t place = 0; place < world_.sites(); ++place) all.push_back(place);
    return deal(all);
  }
  Digest agreement(const std::vector<std::uint32_t>& survivors) const {
    std::vector<OfferTerms> terms{own_offer_.terms};
    for (const Dealt& other : dealt_) terms.push_back(other.offer.terms);
    return agreement_hash(deal_hash(terms), survivors);
  }
  Agree agree(std::size_t place, const std::vector<std::uint32_t>& survivors = {0, 1, 2}) const {
    return agree_of(world_, place, id(), agreement(survivors));
  }
  /// Signed by those at `places` under the list 0, 1, 2.
  Proof proof(const std::vector<std::size_t>& places) const {
    Proof out{.id = id(), .agreed = {}};
    for (const std::size_t place : places) out.agreed.push_back(agree(place));
    return out;
  }

  boundary::RoundPlan plan_;
  Offer own_offer_;
  std::vector<Dealt> dealt_;  ///< of place 1 and on
};

}  // namespace fedloom::secagg
