#include "states.hpp"

namespace fedloom::secagg::coordinator {

Next Idle::on_start(Desk& desk, StartRound&& start) { return Summing::enter(desk, std::move(start.plan)); }

Next Idle::on_close(Desk& desk, const CloseSession& close) { return Closing::enter(desk, close); }

}  // namespace fedloom::secagg::coordinator
