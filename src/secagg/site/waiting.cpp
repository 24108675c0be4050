#include "states.hpp"

namespace fedloom::secagg::site {

Next Waiting::on_due(Conversation& talk) {
  talk.answer_with_sealed(context(talk));
  if (!round_) return Ready::enter(talk, std::move(session_));
  talk.wait_for_coordinator();
  return std::make_unique<Masked>(std::move(session_), std::move(round_));
}

}  // namespace fedloom::secagg::site
