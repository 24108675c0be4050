#include <set>

#include "states.hpp"

namespace fedloom::secagg::site {
namespace {

struct Problem {
  RefusalCode code;
  std::string reason;
};

/// Everyone of the roster once, each key signed by its owner for this session, our own unchanged.
std::optional<Problem> check(const Conversation& talk, const KeyList& list, const PublicKey& own) {
  const Roster& roster = talk.setup().roster;
  if (list.session != talk.session()) {
    return Problem{RefusalCode::protocol, "the coordinator sent the keys of session " + std::to_string(list.session) +
                                              ", but this one is " + std::to_string(talk.session())};
  }
  if (list.keys.size() != roster.size()) {
    return Problem{RefusalCode::roster, "the coordinator sent " + std::to_string(list.keys.size()) +
                                            " keys, but the roster has " + std::to_string(roster.size()) + " sites"};
  }
  std::set<PublicKey> sites;
  std::set<PublicKey> mask_keys;
  for (const Advertise& entry : list.keys) {
    const auto index = roster.index_of(entry.key);
    if (!index) return Problem{RefusalCode::roster, "the coordinator sent the key of a site outside the roster"};
    const std::string site = "site " + roster.members()[*index].id.name;
    if (!sites.insert(entry.key).second) return Problem{RefusalCode::roster, site + " stands in the key list twice"};
    if (entry.session != talk.session() || !is_genuine(entry, talk.setup().run)) {
      return Problem{RefusalCode::protocol, "the key of " + site + " is not signed by it for this session"};
    }
    if (!mask_keys.insert(entry.mask_key).second) {
      return Problem{RefusalCode::protocol, site + " has the same mask key as another site"};
    }
    if (*index == talk.self() && entry.mask_key != own) {
      return Problem{RefusalCode::protocol, "the key list holds another mask key for this site than it sent"};
    }
  }
  return std::nullopt;
}

}  // namespace

Next Advertised::on_message(Conversation& talk, Message&& message) {
  const auto* list = std::get_if<KeyList>(&message);
  if (list == nullptr) return State::on_message(talk, std::move(message));
  if (auto problem = check(talk, *list, key_.public_key())) {
    return talk.refuse(problem->code,
                       problem->reason + "; compare the roster's fingerprint with the lead before trying again");
  }
  const Roster& roster = talk.setup().roster;
  SessionKeys keys;
  keys.self = talk.self();
  keys.parties.resize(roster.size());
  keys.shared.resize(roster.size());
  for (const Advertise& entry : list->keys) {
    const std::size_t index = *roster.index_of(entry.key);
    keys.parties[index] = {entry.key, entry.mask_key};
    auto shared = key_.agree(entry.mask_key);
    if (!shared) {
      return talk.refuse(RefusalCode::protocol, "the mask key of site " + roster.members()[index].id.name +
                                                    " is a point of low order, which hides nothing; that site's "
                                                    "program must be replaced");
    }
    if (index != talk.self()) keys.shared[index] = std::move(*shared);
  }
  return Ready::enter(talk, std::make_unique<Session>(std::move(keys)));
}

}  // namespace fedloom::secagg::site
