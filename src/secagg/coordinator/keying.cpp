#include <algorithm>

#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Keying::enter(Desk& desk) {
  // Greater than any that any site has seen, so that no context and no key comes twice.
  std::uint32_t used = 0;
  for (const auto& join : desk.joins()) used = std::max(used, join.value().last_session);
  desk.set_session(used + 1);
  desk.send_to_all(OpenSession{desk.setup().run, desk.session()});
  desk.set_deadline(desk.setup().reply_limit);
  return std::make_unique<Keying>(desk.sites());
}

Next Keying::on_message(Desk& desk, Endpoint from, Message&& message) {
  auto* advertise = std::get_if<Advertise>(&message);
  if (advertise == nullptr) return State::on_message(desk, from, std::move(message));
  const auto who = desk.author(*advertise, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return desk.fail(rejection->reason, rejection->sites);
  const std::size_t place = std::get<std::size_t>(who);
  if (advertise->session != desk.session() || keys_[place]) {
    return desk.out_of_turn("a mask key of another session or a second one", name(), from);
  }
  keys_[place] = std::move(*advertise);
  if (!waiting_for().empty()) return nullptr;

  KeyList list{.session = desk.session(), .keys = {}};
  for (auto& key : keys_) list.keys.push_back(std::move(key.value()));
  desk.send_to_all(list);
  desk.clear_deadline();
  desk.act(SessionReady{desk.session(), desk.take_joins()});
  return std::make_unique<Idle>();
}

Next Keying::on_close(Desk& desk, const CloseSession&) {
  return desk.fail("the coordinator was stopped before the sites had exchanged keys; start it again", {});
}

}  // namespace fedloom::secagg::coordinator
