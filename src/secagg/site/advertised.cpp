#include <set>

#include "states.hpp"

namespace fedloom::secagg::site {
namespace {

struct Problem {
  RefusalCode code;
  std::string reason;
};

/// Enough of the roster, each once and in order, each key signed by its owner for this session, our own unchanged.
std::optional<Problem> check(const Conversation& talk, const KeyList& list, const PublicKey& own) {
  const Roster& roster = talk.setup().roster;
  if (list.session != talk.session()) {
    return Problem{RefusalCode::protocol, "the coordinator sent the keys of session " + std::to_string(list.session) +
                                              ", but this one is " + std::to_string(talk.session())};
  }
  if (list.keys.size() < talk.quorum().threshold()) {
    return Problem{RefusalCode::roster, "the coordinator sent " + std::to_string(list.keys.size()) + " keys of " +
                                            std::to_string(roster.size()) + " sites, but at least " +
                                            std::to_string(talk.quorum().threshold()) + " must take part"};
  }
  std::optional<std::size_t> last;
  std::set<PublicKey> session_keys;
  bool own_is_there = false;
  for (const Advertise& entry : list.keys) {
    const auto index = roster.index_of(entry.key);
    if (!index) return Problem{RefusalCode::roster, "the coordinator sent the key of a site outside the roster"};
    const std::string site = "site " + roster.members()[*index].id.name;
    if (last && *index <= *last) {
      return Problem{RefusalCode::roster, site + " stands in the key list twice or out of order"};
    }
    last = *index;
    if (entry.session != talk.session() || !is_genuine(entry, talk.setup().run)) {
      return Problem{RefusalCode::protocol, "the key of " + site + " is not signed by it for this session"};
    }
    if (!session_keys.insert(entry.session_key).second) {
      return Problem{RefusalCode::protocol, site + " has the same session key as another site"};
    }
    if (*index != talk.self()) continue;
    own_is_there = true;
    if (entry.session_key != own) {
      return Problem{RefusalCode::protocol, "the key list holds another session key for this site than it sent"};
    }
  }
  if (!own_is_there) return Problem{RefusalCode::protocol, "the key list leaves this site out"};
  return std::nullopt;
}

}  // namespace

/// With recovery the others may have gone on before this site's key was there.
Next Advertised::on_other(Conversation& talk, Message&& message) {
  if (talk.quorum().recovers()) {
    if (const auto* session = std::get_if<OpenSession>(&message)) return open_session(talk, *session);
    if (const auto* end = std::get_if<CloseRun>(&message)) return close(talk, *end);
  }
  return State::on_message(talk, std::move(message));
}

Next Advertised::on_message(Conversation& talk, Message&& message) {
  const auto* list = std::get_if<KeyList>(&message);
  if (list == nullptr) return on_other(talk, std::move(message));
  if (auto problem = check(talk, *list, key_.public_key())) {
    return talk.refuse(problem->code,
                       problem->reason + "; compare the roster's fingerprint with the lead before trying again");
  }
  talk.take();
  const Roster& roster = talk.setup().roster;
  auto session = std::make_unique<Session>();
  session->newest.session = talk.session();
  session->session_keys.resize(roster.size());
  session->shared.resize(roster.size());
  for (const Advertise& entry : list->keys) {
    const std::size_t index = *roster.index_of(entry.key);
    auto shared = key_.agree(entry.session_key);
    if (!shared) {
      return talk.refuse(RefusalCode::protocol, "the session key of site " + roster.members()[index].id.name +
                                                    " is a point of low order, which hides nothing; that site's "
                                                    "program must be replaced");
    }
    session->members.push_back(index);
    session->session_keys[index] = entry.session_key;
    session->shared[index] = std::move(*shared);
  }
  return Ready::enter(talk, std::move(session));
}

}  // namespace fedloom::secagg::site
