#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Closing::enter(Desk& desk, const CloseSession& close) {
  desk.send_to_all(CloseRun{desk.session(), close.finished, desk.heads(), close.public_ledger});
  desk.set_deadline(desk.setup().reply_limit);
  const Digest closing = closing_hash(desk.heads(), privacy::public_ledger_hash(close.public_ledger));
  return std::make_unique<Closing>(close.finished, closing, desk.sites());
}

Next Closing::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (auto* goodbye = std::get_if<Goodbye>(&message)) return on_goodbye(desk, from, std::move(*goodbye));
  if (const auto* refusal = std::get_if<Refuse>(&message)) return on_refusal(desk, from, *refusal);
  // A share that was on its way when the round was given up.
  if (std::holds_alternative<ShareMessage>(message) && !finished_) return nullptr;
  return State::on_message(desk, from, std::move(message));
}

Next Closing::on_goodbye(Desk& desk, Endpoint from, Goodbye&& goodbye) {
  const auto who = desk.author(goodbye, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return desk.fail(rejection->reason, rejection->sites);
  const std::size_t place = std::get<std::size_t>(who);
  if (goodbye.session != desk.session() || goodbyes_[place] || goodbye.closing != closing_) {
    return desk.out_of_turn("a goodbye to something else, or a second one,", name(), from);
  }
  return take(desk, place, std::move(goodbye));
}

Next Closing::on_refusal(Desk& desk, Endpoint from, const Refuse& refusal) {
  const auto who = desk.author(refusal, from);
  const auto* place = std::get_if<std::size_t>(&who);
  // The batch system's signal reached the site first: it is as gone as one that said goodbye.
  const bool crossed = place != nullptr && !finished_ && refusal.code == RefusalCode::stopping &&
                       refusal.session == desk.session() && !goodbyes_[*place];
  if (!crossed) return desk.refused(refusal, from);
  return take(desk, *place, Goodbye{.key = refusal.key, .session = refusal.session});
}

Next Closing::take(Desk& desk, std::size_t place, Goodbye&& goodbye) {
  goodbyes_[place] = std::move(goodbye);
  if (!waiting_for().empty()) return nullptr;
  SessionClosed closed{.heads = desk.heads(), .goodbyes = {}};
  for (auto& each : goodbyes_) closed.goodbyes.push_back(std::move(each.value()));
  desk.clear_deadline();
  desk.act(std::move(closed));
  return std::make_unique<Ended>("Closed");
}

}  // namespace fedloom::secagg::coordinator
