#include <algorithm>

#include "states.hpp"

namespace fedloom::secagg::coordinator {
namespace {

std::size_t count_of(const std::vector<std::optional<Agree>>& agreed) {
  return static_cast<std::size_t>(std::ranges::count_if(agreed, [](const auto& entry) { return entry.has_value(); }));
}

}  // namespace

Next Agreeing::enter(Desk& desk, RoundPtr&& round) {
  std::vector<OfferTerms> terms;
  for (const std::size_t place : round->places) terms.push_back(round->offers[place]->terms);
  round->agreement = agreement_hash(deal_hash(terms), round->survivors);
  for (const std::uint32_t place : round->survivors) desk.send_to(place, Survivors{round->id, round->survivors});
  desk.set_deadline(desk.setup().reply_limit);
  auto next = std::make_unique<Agreeing>(std::move(round), desk.sites());
  // A survivor may have been lost since its share came.
  if (next->waiting_for(desk).empty()) return next->advance(desk);
  return next;
}

Places Agreeing::waiting_for(const Desk& desk) const {
  Places places;
  for (const std::uint32_t place : round_->survivors) {
    if (desk.is_here(place) && !agreed_[place]) places.push_back(place);
  }
  return places;
}

Next Agreeing::on_message(Desk& desk, Endpoint from, Message&& message) {
  const auto* agree = std::get_if<Agree>(&message);
  if (agree == nullptr) return State::on_message(desk, from, std::move(message));
  const auto who = answer_of(desk, *agree, from);
  if (!who) return nullptr;
  if (const auto* rejection = std::get_if<Rejection>(&*who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(*who);
  const bool survived = std::ranges::binary_search(round_->survivors, place);
  if (!survived || agree->agreement != round_->agreement) {
    return reject(desk, desk.out_of_turn("a signature under another list of survivors", name(), from));
  }
  agreed_[place] = *agree;
  desk.welcome_back(place);
  return advance(desk);
}

void Agreeing::ask(Desk& desk, std::size_t place) const {
  desk.send_to(place, Survivors{round_->id, round_->survivors});
}

Next Agreeing::advance(Desk& desk) {
  const std::size_t count = count_of(agreed_);
  if (!desk.enough(count)) {
    return waiting_for(desk).empty() ? lose_round(desk, *round_, too_few(desk, count)) : nullptr;
  }
  Proof proof{.id = round_->id, .agreed = {}};
  for (const auto& entry : agreed_) {
    if (entry) proof.agreed.push_back(*entry);
  }
  return Unmasking::enter(desk, std::move(round_), std::move(proof));
}

}  // namespace fedloom::secagg::coordinator
