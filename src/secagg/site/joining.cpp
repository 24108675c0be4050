#include "states.hpp"

namespace fedloom::secagg::site {

Next Joining::start(Conversation& talk) {
  Join join = talk.setup().resume;
  join.run = talk.setup().run;
  talk.send_signed(std::move(join));
  talk.wait_for_coordinator();
  return std::make_unique<Joining>();
}

Next Joining::on_message(Conversation& talk, Message&& message) {
  const auto* open = std::get_if<OpenSession>(&message);
  if (open == nullptr) return State::on_message(talk, std::move(message));
  if (open->run != talk.setup().run) {
    const bool same_files = open->run.config_hash == talk.setup().run.config_hash;
    return talk.refuse(RefusalCode::configuration, std::string("the coordinator opened a session for another ") +
                                                       (same_files ? "run or roster" : "experiment or schema") +
                                                       " than this site's; give both the same files and the same run");
  }
  if (open->session <= talk.setup().resume.last_session) {
    return talk.refuse(RefusalCode::protocol, "the coordinator opened session " + std::to_string(open->session) +
                                                  ", but this site has taken part in session " +
                                                  std::to_string(talk.setup().resume.last_session) +
                                                  " already; start the run again with --resume");
  }
  talk.open_session(open->session);
  MaskKey key(*talk.setup().random);
  talk.send_signed(Advertise{.session = open->session, .mask_key = key.public_key()});
  talk.wait_for_coordinator();
  return std::make_unique<Advertised>(std::move(key));
}

}  // namespace fedloom::secagg::site
