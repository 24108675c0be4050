#include "liar.hpp"

#include <algorithm>
#include <numeric>

namespace fedloom::test {

Liar::Liar(const Quorum& quorum) : world(quorum), heard(quorum.sites), told(quorum.sites) {
  for (std::size_t place = 0; place < world.sites(); ++place) {
    sites.push_back(std::make_unique<Victim>(world, place));
    for (auto& message : sites.back()->start()) hear(place, std::move(message));
  }
}

void Liar::tell(std::size_t place, const secagg::Message& message) {
  told[place].push_back(message);
  for (auto& answer : sites[place]->give(message)) hear(place, std::move(answer));
}

void Liar::tell_all(const std::function<secagg::Message(std::size_t place)>& message) {
  for (std::size_t place = 0; place < world.sites(); ++place) tell(place, message(place));
}

void Liar::hear(std::size_t place, secagg::Message&& message) {
  Heard& of = heard[place];
  if (auto* join = std::get_if<secagg::Join>(&message)) of.join = std::move(*join);
  if (auto* advertise = std::get_if<secagg::Advertise>(&message)) of.advertise = *advertise;
  if (auto* offer = std::get_if<secagg::Offer>(&message)) of.offer = std::move(*offer);
  if (auto* share = std::get_if<secagg::ShareMessage>(&message)) {
    of.share = std::move(*share);
    of.words.clear();
  }
  if (const auto* chunk = std::get_if<secagg::ShareChunk>(&message)) {
    of.words.insert(of.words.end(), chunk->words.words().begin(), chunk->words.words().end());
  }
  if (auto* agree = std::get_if<secagg::Agree>(&message)) of.agree = *agree;
  if (auto* unmask = std::get_if<secagg::Unmask>(&message)) of.unmask = std::move(*unmask);
  if (auto* goodbye = std::get_if<secagg::Goodbye>(&message)) of.goodbye = *goodbye;
}

Liar::Places Liar::everyone() const {
  Places places(world.sites());
  std::iota(places.begin(), places.end(), 0U);
  return places;
}

std::vector<secagg::SiteHead> Liar::heads() const {
  std::vector<secagg::SiteHead> all;
  for (const Heard& of : heard) all.push_back({of.join->key, of.share ? of.share->head : of.join->head});
  return all;
}

secagg::KeyList Liar::key_list() const {
  secagg::KeyList list{.session = session, .keys = {}};
  for (const Heard& of : heard) list.keys.push_back(of.advertise.value());
  return list;
}

secagg::Deal Liar::deal(std::size_t receiver) const {
  secagg::Deal deal{.id = id(), .offers = {}};
  for (const Heard& of : heard) {
    const auto entry = std::ranges::find(of.offer->entries, receiver, &secagg::OfferEntry::place);
    deal.offers.push_back({of.offer->terms, *entry});
  }
  return deal;
}

secagg::Proof Liar::proof() const {
  secagg::Proof proof{.id = id(), .agreed = {}};
  for (const Heard& of : heard) {
    if (of.agree && of.agree->id == id()) proof.agreed.push_back(*of.agree);
  }
  return proof;
}

void Liar::open_session(std::uint32_t number) {
  session = number;
  round = 0;
  tell_all([this](std::size_t) { return open(); });
  tell_all([this](std::size_t) { return key_list(); });
}

void Liar::start_round(std::uint32_t number) {
  round = number;
  spends.push_back(world.spend(plan()));
  const secagg::Message message = plan_message();
  tell_all([&](std::size_t) { return message; });
}

void Liar::deal_and_mask() {
  tell_all([this](std::size_t place) { return deal(place); });
}

void Liar::agree_and_unmask() {
  tell_all([this](std::size_t) { return survivors(); });
  tell_all([this](std::size_t) { return proof(); });
}

void Liar::play_round(std::uint32_t number) {
  start_round(number);
  if (!world.quorum.recovers()) return;
  deal_and_mask();
  agree_and_unmask();
}

std::unique_ptr<Victim> replay(const Liar& liar, std::size_t count) {
  auto site = std::make_unique<Victim>(liar.world, 0);
  site->start();
  for (std::size_t i = 0; i < count; ++i) site->give(liar.told[0][i]);
  return site;
}

Liar play_with_recovery() {
  Liar liar(against_liars(5, 1));
  liar.open_session(1);
  liar.play_round(1);
  liar.play_round(2);
  liar.open_session(2);
  liar.play_round(3);
  const secagg::Message close = liar.close(true);
  liar.tell_all([&](std::size_t) { return close; });
  return liar;
}

Liar play_all_or_nothing() {
  Liar liar(against_liars(3, 0));
  liar.open_session(1);
  liar.play_round(1);
  liar.play_round(2);
  const secagg::Message close = liar.close(true);
  liar.tell_all([&](std::size_t) { return close; });
  return liar;
}

}  // namespace fedloom::test
