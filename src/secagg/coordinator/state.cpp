#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {
namespace {

template <class T>
concept Answer = requires(const T& message) {
  { message.id } -> std::convertible_to<RoundId>;
};

/// What a site says in a round, or of a session, that was gone on from without it.
bool is_late(const Desk& desk, const Message& message) {
  return std::visit(
      [&desk](const auto& any) {
        using T = std::decay_t<decltype(any)>;
        if constexpr (Answer<T>) return any.id <= desk.newest();
        if constexpr (std::is_same_v<T, Offer>) return any.terms.id <= desk.newest();
        if constexpr (std::is_same_v<T, Advertise>) return any.session <= desk.session();
        return false;
      },
      message);
}

}  // namespace

Next State::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (const auto* refusal = std::get_if<Refuse>(&message)) return on_refusal(desk, from, *refusal);
  if (auto* join = std::get_if<Join>(&message); join != nullptr && may_lose(desk)) {
    return on_join_again(desk, from, std::move(*join));
  }
  // Asked twice, a site answers twice.
  if (is_late(desk, message)) return take_late(desk, from, message);
  return reject(desk, desk.out_of_turn(name_of(message), name(), from));
}

Next State::take_late(Desk& desk, Endpoint from, const Message& message) {
  const auto place = desk.site_at(from);
  if (!place || desk.seat(*place).standing != Standing::late) return nullptr;
  const auto* advertise = std::get_if<Advertise>(&message);
  // It has answered the opening of this session, but after the others had gone on: it is ready for the next one.
  if (advertise != nullptr && advertise->session == desk.session() && !desk.is_member(*place)) {
    desk.seat(*place).standing = Standing::returning;
  } else {
    desk.welcome_back(*place);
  }
  return nullptr;
}

Next State::on_join_again(Desk& desk, Endpoint from, Join&& join) {
  const auto place = desk.setup().roster.index_of(join.key);
  if (!place || !is_genuine(join, desk.setup().run) || problem_with(desk, join, *place)) return nullptr;
  if (const auto other = desk.site_at(from); other && other != place) return nullptr;
  // A copy of what it said before: whoever was started again knows of this session, and of all that it has booked.
  if (desk.is_member(*place) && join.last_session < desk.session()) return nullptr;
  if (join.head.entries < desk.seat(*place).head.entries) return nullptr;
  const std::string reason = desk.site_name(*place) + " was started again; it is taken in with the next round";
  const bool was_here = desk.is_here(*place) || desk.seat(*place).standing == Standing::late;
  desk.admit(std::move(join), from, Standing::returning);
  if (!was_here) return nullptr;
  // What it had said before it was started again is not worth waiting for.
  desk.act(SiteLost{desk.ids({*place}).front(), reason});
  forget(desk, {*place});
  return advance(desk);
}

Next State::on_start(Desk&, StartRound&&) {
  FEDLOOM_CHECK(!"a round was started while another state was going on");
  return nullptr;
}

Next State::on_close(Desk&, const CloseSession&) {
  FEDLOOM_CHECK(!"a session was closed twice");
  return nullptr;
}

Next State::on_garbled(Desk& desk, Endpoint from) {
  const std::string reason = desk.name_at(from) +
                             " was lost or sent bytes that are no message of this protocol; look at the log there, "
                             "then start the run again with --resume";
  const auto place = desk.site_at(from);
  if (place) return lose(desk, *place, Standing::gone, reason);
  return may_lose(desk) ? on_stranger_lost(desk, from) : desk.fail(reason, {});
}

Next State::reject(Desk& desk, const Rejection& rejection) {
  if (!may_lose(desk)) return desk.fail(rejection.reason, rejection.sites);
  for (const std::size_t place : rejection.sites) {
    desk.send_to(place, Abort{rejection.reason});
    if (Next next = lose(desk, place, Standing::gone, rejection.reason)) return next;
  }
  return nullptr;
}

Next State::lose(Desk& desk, std::size_t place, Standing standing, const std::string& reason) {
  if (!may_lose(desk)) return desk.fail(reason, {place});
  if (desk.seat(place).standing == Standing::gone) return nullptr;
  desk.set_aside(place, standing, reason);
  forget(desk, {place});
  return advance(desk);
}

Next State::on_refusal(Desk& desk, Endpoint from, const Refuse& refusal) {
  const auto who = desk.author(refusal, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return reject(desk, *rejection);
  const std::size_t place = std::get<std::size_t>(who);
  std::string reason = Desk::sentence(desk.site_name(place), refusal.code);
  if (refusal.session != 0 && refusal.session != desk.session() && !may_lose(desk)) {
    reason = desk.site_name(place) + " refused something of session " + std::to_string(refusal.session) +
             ", but this one is " + std::to_string(desk.session()) + "; start the run again with --resume";
  }
  return lose(desk, place, Standing::gone, reason);
}

Next State::on_due(Desk& desk) {
  const Places late = waiting_for(desk);
  const std::string reason = list_of(desk, late) + " did not answer in time (the coordinator is " + name() +
                             "); look at the log there, then start the run again with --resume";
  desk.clear_deadline();
  if (!may_lose(desk)) return desk.fail(reason, late);
  for (const std::size_t place : late) desk.set_aside(place, Standing::late, reason);
  forget(desk, late);
  return advance(desk);
}

void State::ask_again(Desk& desk) const {
  for (const std::size_t place : waiting_for(desk)) ask(desk, place);
}

}  // namespace fedloom::secagg::coordinator
