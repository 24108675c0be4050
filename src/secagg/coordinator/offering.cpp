#include <algorithm>

#include "../mask_key.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {
namespace {

std::optional<std::string> problem_with_offer(const Desk& desk, const Round& round, const Offer& offer) {
  if (offer.terms.plan != round.plan_hash) return "answered another plan than the one sent";
  if (is_low_order(offer.terms.mask_key)) return "offered a key of low order, which hides nothing";
  const auto for_member = [](const OfferEntry& entry, std::size_t place) { return entry.place == place; };
  if (!std::ranges::equal(offer.entries, desk.members(), for_member)) return "did not offer shares to every member";
  if (entries_hash(offer.entries) != offer.terms.entries) return "offered shares that it has not signed";
  return std::nullopt;
}

}  // namespace

Next Offering::enter(Desk& desk, RoundPtr&& round) {
  round->offers.resize(desk.sites());
  return std::make_unique<Offering>(std::move(round));
}

Places Offering::waiting_for(const Desk& desk) const {
  Places places;
  for (const std::size_t place : desk.reachable()) {
    if (desk.is_member(place) && !round_->offers[place]) places.push_back(place);
  }
  return places;
}

Next Offering::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (auto* offer = std::get_if<Offer>(&message)) return on_offer(desk, from, std::move(*offer));
  return State::on_message(desk, from, std::move(message));
}

Next Offering::on_offer(Desk& desk, Endpoint from, Offer&& offer) {
  const auto who = answer_of(desk, offer.terms, from);
  if (!who) return nullptr;
  if (const auto* rejection = std::get_if<Rejection>(&*who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(*who);
  auto& known = round_->offers[place];
  if (known && known->terms.signature == offer.terms.signature) return nullptr;
  const Standing standing = desk.seat(place).standing;
  if (standing != Standing::here && standing != Standing::late) return nullptr;
  if (known || !desk.is_member(place)) {
    return reject(desk, desk.out_of_turn("a second offer", name(), from));
  }
  if (const auto problem = problem_with_offer(desk, *round_, offer)) {
    return reject(
        desk, {desk.site_name(place) + " " + *problem + "; check that all programs are of the same version", {place}});
  }
  known = std::move(offer);
  desk.welcome_back(place);
  return advance(desk);
}

void Offering::ask(Desk& desk, std::size_t place) const {
  desk.send_to(place, PlanMessage{desk.session(), round_->plan, round_->heads});
}

void Offering::forget(Desk&, const Places& places) {
  for (const std::size_t place : places) round_->offers[place].reset();
}

Next Offering::advance(Desk& desk) {
  if (!waiting_for(desk).empty()) return nullptr;
  for (std::size_t place = 0; place < desk.sites(); ++place) {
    if (round_->offers[place]) round_->places.push_back(place);
  }
  // Nobody has counted yet, so nobody has paid.
  if (!desk.enough(round_->places.size())) return fail_with(desk, round_->places.size(), {});
  return Summing::enter(desk, std::move(round_));
}

}  // namespace fedloom::secagg::coordinator
