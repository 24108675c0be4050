#include "states.hpp"

namespace fedloom::secagg::site {

Next InRound::on_message(Conversation& talk, Message&& message) {
  const bool recovers = talk.quorum().recovers();
  const auto* end = std::get_if<CloseRun>(&message);
  if (end != nullptr && (recovers || !end->finished)) return close(talk, *end);
  if (recovers) {
    // The coordinator went on without this site.
    if (auto* plan = std::get_if<PlanMessage>(&message)) {
      return begin_round(talk, std::move(session_), std::move(*plan));
    }
    if (const auto* session = std::get_if<OpenSession>(&message)) return open_session(talk, *session);
  }
  return State::on_message(talk, std::move(message));
}

}  // namespace fedloom::secagg::site
