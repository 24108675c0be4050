// Lies while a session is opened: OpenSession and KeyList.

#include "attacks.hpp"
#include "mask_key.hpp"
#include "signing.hpp"

namespace fedloom::test {
namespace {

using secagg::Advertise;
using secagg::KeyList;
using secagg::OpenSession;
using secagg::RefusalCode;
constexpr Script at = with_recovery;

PublicKey own_key() {
  SplitMixRandom random(5);
  return secagg::MaskKey(random).public_key();
}

SigningKey sybil() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(0x77);
  return SigningKey::from_seed(seed);
}

Advertise signed_by(const SigningKey& key, const Liar& liar, const PublicKey& session_key) {
  Advertise message{.session = 1, .session_key = session_key};
  secagg::sign(message, key, liar.world.run);
  return message;
}

/// Site 4 is the coordinator's.
constexpr std::size_t accomplice = 4;

}  // namespace

std::vector<Attack> session_attacks() {
  const auto another_experiment =
      change<OpenSession>([](const Liar&, OpenSession& m) { m.run.config_hash = sha256("another"); });
  const auto another_roster =
      change<OpenSession>([](const Liar&, OpenSession& m) { m.run.roster_hash = sha256("another"); });
  const auto open_with = [](auto how) {
    return [how](const Liar& liar, const secagg::Message&) -> secagg::Message {
      OpenSession message{liar.world.run, 3};
      how(message);
      return message;
    };
  };
  const auto other_config = open_with([](OpenSession& m) { m.run.config_hash[0] ^= 1; });
  const auto other_roster = open_with([](OpenSession& m) { m.run.roster_hash[31] ^= 1; });
  return {
      {"another configuration", at.open, another_experiment, RefusalCode::configuration, "another experiment"},
      {"another roster", at.open, another_roster, RefusalCode::configuration, "another run or roster"},
      {"another run", at.open, change<OpenSession>([](const Liar&, OpenSession& m) { m.run.run_id = "run-2"; }),
       RefusalCode::configuration, "another run or roster"},
      {"session nought", at.open, change<OpenSession>([](const Liar&, OpenSession& m) { m.session = 0; }),
       RefusalCode::protocol, "session 0"},
      {"the session that was, opened again", at.open_2, instead(at.open), RefusalCode::protocol,
       "has taken part in session 1"},
      {"the session that was, opened again in a round", at.survivors, instead(at.open), RefusalCode::protocol,
       "has taken part in session 1"},
      {"another configuration between rounds", at.plan_2, other_config, RefusalCode::configuration,
       "another experiment"},
      {"another configuration in a round", at.survivors, other_config, RefusalCode::configuration,
       "another experiment"},
      {"another roster between rounds", at.plan_2, other_roster, RefusalCode::configuration, "another run or roster"},
      {"another roster in a round", at.deal, other_roster, RefusalCode::configuration, "another run or roster"},
      {"another roster after signing", at.proof, other_roster, RefusalCode::configuration, "another run or roster"},
  };
}

std::vector<Attack> key_list_attacks() {
  const auto keys = [](auto how) {
    return change<KeyList>([how](const Liar& liar, KeyList& list) { how(liar, list.keys); });
  };
  using Keys = std::vector<Advertise>;
  return {
      {"its own key for a site's", at.keys, keys([](const Liar&, Keys& list) { list[1].session_key = own_key(); }),
       RefusalCode::protocol, "not signed by it"},
      {"two sites' session keys exchanged", at.keys,
       keys([](const Liar&, Keys& list) { std::swap(list[1].session_key, list[2].session_key); }),
       RefusalCode::protocol, "not signed by it"},
      {"two sites exchanged", at.keys, keys([](const Liar&, Keys& list) { std::swap(list[1], list[2]); }),
       RefusalCode::roster, "out of order"},
      {"a site twice", at.keys, keys([](const Liar&, Keys& list) { list[2] = list[1]; }), RefusalCode::roster, "twice"},
      {"another key for this very site", at.keys,
       keys([](const Liar&, Keys& list) { list[0].session_key = own_key(); }), RefusalCode::protocol, "not signed"},
      {"a list shorter than n - u", at.keys, keys([](const Liar&, Keys& list) { list.resize(3); }), RefusalCode::roster,
       "at least 4"},
      {"an empty list", at.keys, keys([](const Liar&, Keys& list) { list.clear(); }), RefusalCode::roster,
       "at least 4"},
      {"a list without this site", at.keys, keys([](const Liar&, Keys& list) { list.erase(list.begin()); }),
       RefusalCode::protocol, "leaves this site out"},
      {"a site outside the roster for one of it", at.keys,
       keys([](const Liar& liar, Keys& list) { list[3] = signed_by(sybil(), liar, own_key()); }), RefusalCode::roster,
       "outside the roster"},
      {"a site outside the roster besides", at.keys,
       keys([](const Liar& liar, Keys& list) { list.push_back(signed_by(sybil(), liar, own_key())); }),
       RefusalCode::roster, "outside the roster"},
      {"an accomplice's key of low order", at.keys, keys([](const Liar& liar, Keys& list) {
         list[accomplice] = signed_by(liar.world.keys[accomplice], liar, PublicKey{});
       }),
       RefusalCode::protocol, "low order"},
      {"an accomplice with a site's key", at.keys, keys([](const Liar& liar, Keys& list) {
         list[accomplice] = signed_by(liar.world.keys[accomplice], liar, list[1].session_key);
       }),
       RefusalCode::protocol, "same session key"},
      {"the keys of another session", at.keys, instead(at.keys_2), RefusalCode::protocol, "session 2"},
      {"the keys of another session under this one's number", at.keys,
       [](const Liar& liar, const secagg::Message&) -> secagg::Message {
         auto list = std::get<KeyList>(liar.told[0][at.keys_2]);
         list.session = 1;
         return list;
       },
       RefusalCode::protocol, "not signed by it"},
      {"the first session's keys in the second", at.keys_2, instead(at.keys), RefusalCode::protocol, "session 1"},
      {"the keys again", at.plan_2, instead(at.keys), RefusalCode::protocol, "out of turn"},
      {"the keys again in a round", at.survivors, instead(at.keys), RefusalCode::protocol, "out of turn"},
  };
}

}  // namespace fedloom::test
