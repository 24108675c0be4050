#include "states.hpp"

namespace fedloom::secagg::site {

Next open_session(Conversation& talk, const OpenSession& message) {
  if (message.run != talk.setup().run) {
    const bool same_files = message.run.config_hash == talk.setup().run.config_hash;
    return talk.refuse(RefusalCode::configuration, std::string("the coordinator opened a session for another ") +
                                                       (same_files ? "run or roster" : "experiment or schema") +
                                                       " than this site's; give both the same files and the same run");
  }
  if (message.session <= talk.last_session()) {
    return talk.refuse(RefusalCode::protocol, "the coordinator opened session " + std::to_string(message.session) +
                                                  ", but this site has taken part in session " +
                                                  std::to_string(talk.last_session()) +
                                                  " already; start the run again with --resume");
  }
  if (message.session > max_session) {
    return talk.refuse(RefusalCode::protocol, "the coordinator opened session " + std::to_string(message.session) +
                                                  ", but a run has at most " + std::to_string(max_session) +
                                                  "; start a new run");
  }
  talk.take();
  talk.open_session(message.session);
  MaskKey key(*talk.setup().random);
  talk.answer_signed(Advertise{.session = message.session, .session_key = key.public_key()});
  talk.wait_for_coordinator();
  return std::make_unique<Advertised>(std::move(key));
}

Next Joining::start(Conversation& talk) {
  Join join = talk.setup().resume;
  join.run = talk.setup().run;
  talk.send_signed(std::move(join));
  talk.wait_for_coordinator();
  return std::make_unique<Joining>();
}

Next Joining::on_message(Conversation& talk, Message&& message) {
  if (const auto* session = std::get_if<OpenSession>(&message)) return open_session(talk, *session);
  return State::on_message(talk, std::move(message));
}

}  // namespace fedloom::secagg::site
