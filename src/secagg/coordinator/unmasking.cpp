#include <algorithm>

#include "../offer.hpp"
#include "../shamir.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Unmasking::enter(Desk& desk, RoundPtr&& round, Proof&& proof) {
  for (const std::uint32_t place : round->survivors) desk.send_to(place, proof);
  desk.set_deadline(desk.setup().reply_limit);
  auto next = std::make_unique<Unmasking>(std::move(round), std::move(proof), desk.sites());
  if (next->waiting_for(desk).empty()) return next->advance(desk);
  return next;
}

Places Unmasking::waiting_for(const Desk& desk) const {
  Places places;
  for (const std::uint32_t place : round_->survivors) {
    if (desk.is_here(place) && !shown_[place]) places.push_back(place);
  }
  return places;
}

Next Unmasking::on_message(Desk& desk, Endpoint from, Message&& message) {
  auto* unmask = std::get_if<Unmask>(&message);
  if (unmask == nullptr) return State::on_message(desk, from, std::move(message));
  const auto who = answer_of(desk, *unmask, from);
  if (!who) return nullptr;
  if (const auto* rejection = std::get_if<Rejection>(&*who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(*who);
  if (const auto problem = problem_with(desk, *unmask, place)) {
    return reject(desk, {desk.site_name(place) + " " + *problem + "; its program must be replaced", {place}});
  }
  shown_[place] = std::move(*unmask);
  desk.welcome_back(place);
  return advance(desk);
}

std::optional<std::string> Unmasking::problem_with(const Desk& desk, const Unmask& message, std::size_t place) const {
  if (!std::ranges::binary_search(round_->survivors, place))
    return "showed shares though its own share is not in the sum";
  if (message.agreement != round_->agreement) return "showed shares for another list of survivors";
  const auto for_place = [](const ShownShare& shown, std::size_t other) { return shown.place == other; };
  if (!std::ranges::equal(message.shares, round_->places, for_place)) return "did not show one share of every secret";
  const Digest context = context_hash(desk.setup().run, round_->id);
  for (const ShownShare& shown : message.shares) {
    const Offer& offer = round_->offers[shown.place].value();
    const auto entry = std::ranges::find(offer.entries, place, &OfferEntry::place);
    const bool survived = std::ranges::binary_search(round_->survivors, shown.place);
    const SecretKind kind = survived ? SecretKind::self_seed : SecretKind::mask_key;
    const Digest commitment =
        commit_to_share(box_of(offer.terms, context, desk.key_of(place)), kind, SecretBytes(shown.share));
    if (commitment != (survived ? entry->self_seed : entry->mask_key)) {
      return "showed a share of the secret of " + desk.site_name(shown.place) + " that is not the one it was dealt";
    }
  }
  return std::nullopt;
}

void Unmasking::ask(Desk& desk, std::size_t place) const { desk.send_to(place, proof_); }

Next Unmasking::advance(Desk& desk) {
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(shown_, [](const auto& entry) { return entry.has_value(); }));
  if (!desk.enough(count)) {
    return waiting_for(desk).empty() ? lose_round(desk, *round_, too_few(desk, count)) : nullptr;
  }
  if (const auto liar = open_sum(desk)) {
    const std::string reason =
        desk.site_name(*liar) + " dealt shares that do not fit together; its program must be replaced";
    desk.send_to(*liar, Abort{reason});
    if (desk.seat(*liar).standing != Standing::gone) desk.set_aside(*liar, Standing::gone, reason);
    return lose_round(desk, *round_, reason);
  }
  return finish_round(desk, *round_);
}

std::optional<std::size_t> Unmasking::open_sum(Desk& desk) {
  std::vector<std::uint8_t> points;
  std::vector<const Unmask*> shown;
  for (std::size_t place = 0; place < shown_.size() && points.size() < desk.quorum().threshold(); ++place) {
    if (!shown_[place]) continue;
    points.push_back(point_of(place));
    shown.push_back(&*shown_[place]);
  }
  const Combiner combiner(points);
  const MaskContext about{context_hash(desk.setup().run, round_->id), round_->plan_hash};
  secagg::Unmasking secrets;
  for (std::size_t k = 0; k < round_->places.size(); ++k) {
    const std::size_t place = round_->places[k];
    std::vector<SecretBytes> shares;
    for (const Unmask* each : shown) shares.emplace_back(each->shares[k].share);
    SecretBytes secret = combiner.combine(shares);
    const OfferTerms& terms = round_->offers[place]->terms;
    secrets.parties.push_back({terms.key, terms.mask_key});
    secrets.self_seed.emplace_back();
    secrets.mask_key.emplace_back();
    if (std::ranges::binary_search(round_->survivors, place)) {
      if (commit_to_seed(about.context, terms.key, secret) != terms.self_seed) return place;
      secrets.self_seed.back() = std::move(secret);
    } else {
      MaskKey key(std::move(secret));
      if (key.public_key() != terms.mask_key) return place;
      secrets.mask_key.back() = std::move(key);
    }
  }
  unmask(secrets, about, round_->sum, desk.setup().threads);
  return std::nullopt;
}

}  // namespace fedloom::secagg::coordinator
