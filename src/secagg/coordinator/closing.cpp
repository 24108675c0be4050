#include <algorithm>

#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Closing::enter(Desk& desk, const CloseSession& close) {
  CloseRun said{desk.session(), close.finished, desk.heads(), close.public_ledger};
  const Digest closing = closing_hash(said.heads, privacy::public_ledger_hash(close.public_ledger), close.finished);
  desk.send_to_all(said);
  desk.set_deadline(desk.setup().reply_limit);
  return std::make_unique<Closing>(std::move(said), closing, desk.sites());
}

Places Closing::waiting_for(const Desk& desk) const {
  Places places;
  for (const std::size_t place : desk.standing_as(Standing::here)) {
    if (!goodbyes_[place]) places.push_back(place);
  }
  return places;
}

Next Closing::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (auto* goodbye = std::get_if<Goodbye>(&message)) return on_goodbye(desk, from, std::move(*goodbye));
  if (const auto* refusal = std::get_if<Refuse>(&message)) return on_no(desk, from, *refusal);
  // A share that was on its way when the round was given up.
  const bool share = std::holds_alternative<ShareMessage>(message) || std::holds_alternative<ShareChunk>(message);
  if (share && !said_.finished) return nullptr;
  return State::on_message(desk, from, std::move(message));
}

Next Closing::on_goodbye(Desk& desk, Endpoint from, Goodbye&& goodbye) {
  const auto who = desk.author(goodbye, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(who);
  if (goodbyes_[place] && goodbyes_[place]->signature == goodbye.signature) return nullptr;
  if (goodbye.session != desk.session() || goodbyes_[place] || goodbye.closing != closing_) {
    return reject(desk, desk.out_of_turn("a goodbye to something else, or a second one,", name(), from));
  }
  return take(desk, place, std::move(goodbye));
}

Next Closing::on_no(Desk& desk, Endpoint from, const Refuse& refusal) {
  const auto who = desk.author(refusal, from);
  const auto* place = std::get_if<std::size_t>(&who);
  // The batch system's signal reached the site first: it is as gone as one that said goodbye.
  const bool crossed = place != nullptr && !said_.finished && refusal.code == RefusalCode::stopping &&
                       refusal.session == desk.session() && !goodbyes_[*place];
  // Whoever has lived to the end and does not sign the books must not be counted as lost.
  if (place != nullptr && said_.finished && refusal.code != RefusalCode::stopping) {
    return desk.fail(Desk::sentence(desk.site_name(*place), refusal.code), {*place});
  }
  if (!crossed) return on_refusal(desk, from, refusal);
  return take(desk, *place, Goodbye{.key = refusal.key, .session = refusal.session});
}

Next Closing::take(Desk& desk, std::size_t place, Goodbye&& goodbye) {
  goodbyes_[place] = std::move(goodbye);
  return advance(desk);
}

void Closing::ask(Desk& desk, std::size_t place) const { desk.send_to(place, said_); }

Next Closing::advance(Desk& desk) {
  if (!waiting_for(desk).empty()) return nullptr;
  SessionClosed closed{.session = desk.session(), .heads = said_.heads, .goodbyes = {}};
  std::size_t signatures = 0;
  for (const SiteHead& entry : closed.heads) {
    auto& goodbye = goodbyes_[*desk.setup().roster.index_of(entry.key)];
    if (goodbye) ++signatures;
    closed.goodbyes.push_back(goodbye ? std::move(*goodbye) : Goodbye{.key = entry.key, .session = desk.session()});
  }
  if (!desk.enough(signatures)) return fail_with(desk, signatures, {});
  desk.clear_deadline();
  for (const std::size_t place : desk.standing_as(Standing::returning)) {
    desk.act(SendTo{desk.seat(place).endpoint.value(),
                    Abort{"the run has ended before " + desk.site_name(place) + " was taken in again"}});
  }
  desk.act(std::move(closed));
  return std::make_unique<Ended>("Closed");
}

}  // namespace fedloom::secagg::coordinator
