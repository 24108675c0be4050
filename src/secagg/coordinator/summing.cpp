#include <algorithm>

#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {
namespace {

/// What one site gets of all offers.
Deal deal_for(const Round& round, std::size_t receiver) {
  Deal deal{.id = round.id, .offers = {}};
  for (const std::size_t place : round.places) {
    const Offer& offer = round.offers[place].value();
    const auto entry = std::ranges::find(offer.entries, receiver, &OfferEntry::place);
    deal.offers.push_back({offer.terms, *entry});
  }
  return deal;
}

std::optional<std::string> problem_with_share(const Round& round, const ShareMessage& share, std::uint64_t entries) {
  if (share.plan != round.plan_hash) {
    return "answered another plan than the one sent; check that nothing between the coordinator and that site changes "
           "messages";
  }
  if (share.words != round.length) {
    return "sent " + std::to_string(share.words) + " numbers where the plan asks " + std::to_string(round.length) +
           "; check that all programs are of the same version";
  }
  if (!is_genuine_head(share.key, share.head)) {
    return "sent a ledger head that it has not signed; run `fedloom ledger verify` there";
  }
  if (share.head.entries < entries) return "sent an older ledger head than before; ask its custodian";
  return std::nullopt;
}

}  // namespace

Next Summing::enter(Desk& desk, RoundPtr&& round) {
  round->sum.resize(round->length);
  if (desk.quorum().recovers()) {
    for (const std::size_t place : round->places) desk.send_to(place, deal_for(*round, place));
    desk.set_deadline(desk.setup().reply_limit);
  }
  return std::make_unique<Summing>(std::move(round), desk.sites());
}

Places Summing::waiting_for(const Desk& desk) const {
  Places places;
  for (const std::size_t place : round_->places) {
    if (desk.is_here(place) && !streams_[place].lost && !streams_[place].is_complete()) places.push_back(place);
  }
  return places;
}

Next Summing::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (auto* share = std::get_if<ShareMessage>(&message)) return on_share(desk, from, std::move(*share));
  if (const auto* chunk = std::get_if<ShareChunk>(&message)) return on_chunk(desk, from, *chunk);
  return State::on_message(desk, from, std::move(message));
}

Next Summing::on_share(Desk& desk, Endpoint from, ShareMessage&& share) {
  const auto who = answer_of(desk, share, from);
  if (!who) return nullptr;
  if (const auto* rejection = std::get_if<Rejection>(&*who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(*who);
  Stream& stream = streams_[place];
  if (!std::ranges::binary_search(round_->places, place)) {
    return reject(desk, desk.out_of_turn("a share without an offer", name(), from));
  }
  // Sent once more after Resend: the same bytes as before.
  if (stream.announced && stream.announced->signature == share.signature) return nullptr;
  if (stream.announced) return reject(desk, desk.out_of_turn("a second share", name(), from));
  if (const auto problem = problem_with_share(*round_, share, desk.seat(place).head.entries)) {
    return reject(desk, {desk.site_name(place) + " " + *problem, {place}});
  }
  stream.announced = std::move(share);
  return nullptr;
}

Next Summing::on_chunk(Desk& desk, Endpoint from, const ShareChunk& chunk) {
  const auto place = desk.site_at(from);
  if (!place || chunk.id < round_->id) return nullptr;
  Stream& stream = streams_[*place];
  if (chunk.id != round_->id || !stream.announced || chunk.index >= stream.announced->chunks.size()) {
    return reject(desk, desk.out_of_turn("a part of a share that it has not announced", name(), from));
  }
  // Others than the next: those that were on their way when everything was asked for again.
  if (stream.lost || chunk.index != stream.next) return nullptr;
  const auto words = chunk.words.words();
  const ChunkRange range = chunk_range(round_->length, chunk.index);
  if (words.size() != range.count || chunk_hash(words) != stream.announced->chunks[chunk.index]) {
    return reject(desk, {desk.site_name(*place) + " sent other numbers than it has signed; check that nothing between "
                                                  "the coordinator and that site changes messages",
                         {*place}});
  }
  std::uint64_t* const sum = round_->sum.data() + range.first;
  for (std::size_t k = 0; k < words.size(); ++k) sum[k] += words[k];
  ++stream.next;
  if (!stream.is_complete()) return nullptr;
  desk.seat(*place).head = stream.announced->head;
  desk.seat(*place).booked = std::max(desk.seat(*place).booked, stream.announced->booked_rho);
  desk.welcome_back(*place);
  return advance(desk);
}

void Summing::ask(Desk& desk, std::size_t place) const {
  if (!desk.quorum().recovers()) {
    desk.send_to(place, PlanMessage{desk.session(), round_->plan, round_->heads});
  } else if (streams_[place].announced) {
    // It may have been asked to send again before, and takes no deal after that.
    desk.send_to(place, Resend{round_->id});
  } else {
    desk.send_to(place, deal_for(*round_, place));
  }
}

// A part of a share cannot be taken out of the sum again, as nobody keeps it: the sum starts anew, from the bytes that
// the others have on disk. A complete share stays, as its mask can be taken off without its site.
void Summing::forget(Desk& desk, const Places& places) {
  bool spoilt = false;
  for (const std::size_t place : places) {
    Stream& stream = streams_[place];
    if (stream.is_complete()) continue;
    stream.lost = true;
    spoilt = spoilt || stream.next > 0;
  }
  if (!spoilt) return;
  std::ranges::fill(round_->sum, 0);
  for (const std::size_t place : round_->places) {
    Stream& stream = streams_[place];
    // Those without a connection cannot send again.
    if (!desk.is_here(place)) stream.lost = true;
    stream.next = 0;
    if (!stream.lost && stream.announced) desk.send_to(place, Resend{round_->id});
  }
  desk.set_deadline(desk.setup().reply_limit);
}

Next Summing::advance(Desk& desk) {
  if (!waiting_for(desk).empty()) return nullptr;
  for (const std::size_t place : round_->places) {
    if (streams_[place].is_complete()) round_->survivors.push_back(static_cast<std::uint32_t>(place));
  }
  if (!desk.enough(round_->survivors.size())) {
    return lose_round(desk, *round_, too_few(desk, round_->survivors.size()));
  }
  if (desk.quorum().recovers()) return Agreeing::enter(desk, std::move(round_));
  return finish_round(desk, *round_);
}

}  // namespace fedloom::secagg::coordinator
