#include <algorithm>

#include "../mask_key.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Keying::enter(Desk& desk, std::optional<boundary::RoundPlan>&& plan) {
  for (const std::size_t place : desk.standing_as(Standing::returning)) desk.seat(place).standing = Standing::here;
  // Greater than any that any site has seen, so that no context and no key comes twice.
  std::uint32_t used = desk.session();
  for (std::size_t place = 0; place < desk.sites(); ++place) {
    if (const auto& join = desk.seat(place).join) used = std::max(used, join->last_session);
  }
  if (used >= max_session) return desk.fail("this run has used up its session numbers; start a new run", {});
  desk.open_session(used + 1);
  desk.send_to_all(OpenSession{desk.setup().run, desk.session()});
  desk.set_deadline(desk.setup().reply_limit);
  return std::make_unique<Keying>(desk.sites(), std::move(plan));
}

Places Keying::waiting_for(const Desk& desk) const {
  Places places;
  for (const std::size_t place : desk.reachable()) {
    if (!keys_[place]) places.push_back(place);
  }
  return places;
}

Next Keying::on_message(Desk& desk, Endpoint from, Message&& message) {
  auto* advertise = std::get_if<Advertise>(&message);
  if (advertise == nullptr) return State::on_message(desk, from, std::move(message));
  const auto who = desk.author(*advertise, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(who);
  if (keys_[place] && keys_[place]->signature == advertise->signature) return nullptr;
  if (advertise->session < desk.session() && may_lose(desk)) return nullptr;
  if (advertise->session != desk.session() || keys_[place]) {
    return reject(desk, desk.out_of_turn("a key of another session or a second one", name(), from));
  }
  // The others would refuse the whole list for it.
  if (is_low_order(advertise->session_key)) {
    return reject(desk, {desk.site_name(place) + " sent a key of low order, which hides nothing; its program must be "
                                                 "replaced",
                         {place}});
  }
  keys_[place] = std::move(*advertise);
  desk.welcome_back(place);
  return advance(desk);
}

void Keying::ask(Desk& desk, std::size_t place) const {
  desk.send_to(place, OpenSession{desk.setup().run, desk.session()});
}

void Keying::forget(Desk&, const Places& places) {
  for (const std::size_t place : places) keys_[place].reset();
}

Next Keying::advance(Desk& desk) {
  if (!waiting_for(desk).empty()) return nullptr;
  KeyList list{.session = desk.session(), .keys = {}};
  Places members;
  for (std::size_t place = 0; place < keys_.size(); ++place) {
    if (!keys_[place]) continue;
    list.keys.push_back(*keys_[place]);
    members.push_back(place);
  }
  if (!desk.enough(members.size())) return fail_with(desk, members.size(), {});
  desk.set_members(std::move(members));
  for (const std::size_t place : desk.members()) desk.send_to(place, list);
  desk.clear_deadline();
  if (plan_) return begin_round(desk, std::move(*plan_));
  SessionReady ready{.session = desk.session(), .joined = {}};
  for (std::size_t place = 0; place < desk.sites(); ++place) {
    if (const auto& join = desk.seat(place).join) ready.joined.push_back(*join);
  }
  desk.act(std::move(ready));
  return std::make_unique<Idle>();
}

Next Keying::on_close(Desk& desk, const CloseSession&) {
  return desk.fail("the coordinator was stopped before the sites had exchanged keys; start it again", {});
}

}  // namespace fedloom::secagg::coordinator
