#include "states.hpp"

namespace fedloom::secagg::site {

Next Sealing::on_message(Conversation& talk, Message&& message) {
  const auto* end = std::get_if<CloseRun>(&message);
  if (end != nullptr && !end->finished) return close(talk, *end);
  return State::on_message(talk, std::move(message));
}

Next Sealing::on_stored(Conversation& talk) {
  // The first tick after the plan came that is not yet over: how long counting took shows in whole ticks only.
  const Millis tick = talk.setup().tick;
  const auto ticks = std::max<Millis::rep>(1, (talk.now() - arrived_ + tick - Millis(1)) / tick);
  talk.wake_at(arrived_ + ticks * tick);
  return std::make_unique<Waiting>(std::move(session_), std::move(share_));
}

}  // namespace fedloom::secagg::site
