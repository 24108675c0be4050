#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next State::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (const auto* refusal = std::get_if<Refuse>(&message)) return desk.refused(*refusal, from);
  return desk.out_of_turn(name_of(message), name(), from);
}

Next State::on_start(Desk&, StartRound&&) {
  FEDLOOM_CHECK(!"a round was started while another state was going on");
  return nullptr;
}

Next State::on_close(Desk&, const CloseSession&) {
  FEDLOOM_CHECK(!"a session was closed twice");
  return nullptr;
}

Next State::on_due(Desk& desk) const {
  const Places late = waiting_for();
  return desk.fail(list_of(desk, late) + " did not answer in time (the coordinator is " + name() +
                       "); look at the log there, then start the run again with --resume",
                   late);
}

}  // namespace fedloom::secagg::coordinator
