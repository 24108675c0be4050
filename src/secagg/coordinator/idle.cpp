#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Idle::on_start(Desk& desk, StartRound&& start) {
  if (desk.needs_session()) return Keying::enter(desk, std::move(start.plan));
  return begin_round(desk, std::move(start.plan));
}

Next Idle::on_close(Desk& desk, const CloseSession& close) { return Closing::enter(desk, close); }

}  // namespace fedloom::secagg::coordinator
