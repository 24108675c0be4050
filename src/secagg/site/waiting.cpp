#include "states.hpp"

namespace fedloom::secagg::site {

Next Waiting::on_message(Conversation& talk, Message&& message) {
  const auto* end = std::get_if<CloseRun>(&message);
  if (end != nullptr && !end->finished) return close(talk, *end);
  return State::on_message(talk, std::move(message));
}

Next Waiting::on_due(Conversation& talk) {
  // Exactly what was stored: signed once, before it went to disk.
  talk.send(std::move(share_));
  return Ready::enter(talk, std::move(session_));
}

}  // namespace fedloom::secagg::site
