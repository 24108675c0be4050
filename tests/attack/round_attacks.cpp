// Lies in a round: Plan, Deal, Survivors, Proof and Resend; and with the end of the run.

#include "attacks.hpp"
#include "mask_key.hpp"
#include "signing.hpp"

namespace fedloom::test {
namespace {

using namespace secagg;
constexpr Script at = with_recovery;
constexpr std::size_t accomplice = 4;

auto plan(std::function<void(boundary::RoundPlan&)> how) {
  return change<PlanMessage>([how](const Liar&, PlanMessage& m) { how(m.plan); });
}
auto heads(std::function<void(std::vector<SiteHead>&)> how) {
  return change<PlanMessage>([how](const Liar&, PlanMessage& m) { how(m.heads); });
}
auto offers(std::function<void(const Liar&, std::vector<Deal::Offered>&)> how) {
  return change<Deal>([how](const Liar& liar, Deal& m) { how(liar, m.offers); });
}
auto proof(std::function<void(const Liar&, std::vector<Agree>&)> how) {
  return change<Proof>([how](const Liar& liar, Proof& m) { how(liar, m.agreed); });
}
auto list(std::vector<std::uint32_t> places) {
  return change<Survivors>([places](const Liar&, Survivors& m) { m.places = places; });
}

/// As the accomplice would sign it: with its key under whatever the terms say.
void sign_again(const Liar& liar, OfferTerms& terms) {
  OfferTerms signed_terms = terms;
  sign(signed_terms, liar.world.keys[accomplice], liar.world.run);
  terms = signed_terms;
}

SigningKey sybil() {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(0x77);
  return SigningKey::from_seed(seed);
}

}  // namespace

std::vector<Attack> plan_attacks() {
  using Plan = boundary::RoundPlan;
  const auto no = RefusalCode::protocol;
  return {
      {"a plan of another session", at.plan, change<PlanMessage>([](const Liar&, PlanMessage& m) { m.session = 2; }),
       no, "session 2"},
      {"round nought", at.plan, plan([](Plan& p) { p.round = 0; }), no, "round 0"},
      {"more noise counted on than all honest sites add", at.plan, plan([](Plan& p) { p.contributors = 4; }), no,
       "counts on the noise of 4"},
      {"nobody's noise", at.plan, plan([](Plan& p) { p.contributors = 0; }), no, "counts on the noise of 0"},
      {"a share that was sealed before", at.plan, plan([](Plan& p) { p.reuse = true; }), no, "sealed before"},
      {"a share that was sealed before, in the next round", at.plan_2, plan([](Plan& p) { p.reuse = true; }), no,
       "sealed before"},
      {"a column outside the schema", at.plan, plan([](Plan& p) { p.queries[0].query.marginal = {7}; }), no,
       "does not fit the schema"},
      {"no query at all", at.plan, plan([](Plan& p) { p.queries.clear(); }), no, "does not fit the schema"},
      {"the round that was", at.plan_2, instead(at.plan), no, "comes after that of round 1"},
      {"the round that was, one query less, for a difference", at.plan_2, plan([](Plan& p) {
         p.round = 1;
         p.queries.pop_back();
       }),
       no, "comes after that of round 1"},
      {"an earlier attempt", at.plan_3,
       [](const Liar& liar, const Message&) -> Message {
         auto message = std::get<PlanMessage>(liar.told[0][at.plan_3]);
         message.plan.round = 0;
         return message;
       },
       no, "round 0"},
      {"the same round, one query more, after the keys were offered", at.deal,
       [](const Liar& liar, const Message&) -> Message {
         auto message = std::get<PlanMessage>(liar.told[0][at.plan]);
         message.plan.queries.push_back(message.plan.queries.front());
         return message;
       },
       no, "comes after that of round 1"},
      {"the same round, less noise, after the share was sent", at.survivors,
       [](const Liar& liar, const Message&) -> Message {
         auto message = std::get<PlanMessage>(liar.told[0][at.plan]);
         message.plan.queries.front().site_noise.variance_num = 1;
         return message;
       },
       no, "comes after that of round 1"},
      {"too few ledger heads", at.plan, heads([](auto& all) { all.resize(3); }), no, "too few ledger heads"},
      {"a ledger head of nobody", at.plan, heads([](auto& all) { all[1].key = sybil().public_key(); }), no,
       "ledger heads"},
      {"one site's ledger head twice", at.plan, heads([](auto& all) { all[1] = all[2]; }), no, "ledger heads"},
      {"a forged ledger head", at.plan_2, heads([](auto& all) { all[1].head.hash[0] ^= 1; }), no, "ledger heads"},
      {"a shorter ledger than the site signed", at.plan_2, heads([](auto& all) { --all[1].head.entries; }), no,
       "ledger heads"},
  };
}

std::vector<Attack> deal_attacks() {
  using Offers = std::vector<Deal::Offered>;
  const auto no = RefusalCode::protocol;
  return {
      {"a deal of another round", at.deal, change<Deal>([](const Liar&, Deal& m) { m.id.round = 2; }), no,
       "another round"},
      {"a deal of another attempt", at.deal, change<Deal>([](const Liar&, Deal& m) { m.id.attempt = 1; }), no,
       "another round"},
      {"a deal of another session", at.deal, change<Deal>([](const Liar&, Deal& m) { m.id.session = 2; }), no,
       "another round"},
      {"fewer sites than n - u", at.deal, offers([](const Liar&, Offers& o) { o.resize(3); }), no, "at least 4"},
      {"its own key for a site's", at.deal, offers([](const Liar&, Offers& o) {
         SplitMixRandom random(5);
         o[1].terms.mask_key = MaskKey(random).public_key();
       }),
       no, "not signed by it"},
      {"two sites' keys exchanged", at.deal,
       offers([](const Liar&, Offers& o) { std::swap(o[1].terms.mask_key, o[2].terms.mask_key); }), no,
       "not signed by it"},
      {"two sites exchanged", at.deal, offers([](const Liar&, Offers& o) { std::swap(o[1], o[2]); }), no,
       "out of order"},
      {"a site twice", at.deal, offers([](const Liar&, Offers& o) { o[2] = o[1]; }), no, "twice"},
      {"keys without this site's", at.deal, offers([](const Liar&, Offers& o) { o.erase(o.begin()); }), no,
       "leave this site out"},
      {"a site outside the roster", at.deal,
       offers([](const Liar& liar, Offers& o) { sign(o[3].terms, sybil(), liar.world.run); }), no,
       "outside this session"},
      {"shares for another site", at.deal,
       [](const Liar& liar, const Message&) -> Message { return liar.told[1][at.deal]; }, no, "not those it sent here"},
      {"two sites' shares exchanged", at.deal,
       offers([](const Liar&, Offers& o) { std::swap(o[1].entry, o[2].entry); }), no, "not those it sent here"},
      {"a share that was changed", at.deal, offers([](const Liar&, Offers& o) { o[1].entry.sealed[3] ^= 1; }), no,
       "not those it sent here"},
      {"a commitment that was changed", at.deal, offers([](const Liar&, Offers& o) { o[1].entry.self_seed[3] ^= 1; }),
       no, "commitments"},
      {"another commitment to b", at.deal, offers([](const Liar&, Offers& o) { o[1].terms.self_seed[3] ^= 1; }), no,
       "not signed by it"},
      {"an accomplice's key of low order", at.deal, offers([](const Liar& liar, Offers& o) {
         o[accomplice].terms.mask_key = PublicKey{};
         sign_again(liar, o[accomplice].terms);
       }),
       no, "low order"},
      {"an accomplice with a site's key", at.deal, offers([](const Liar& liar, Offers& o) {
         o[accomplice].terms.mask_key = o[1].terms.mask_key;
         sign_again(liar, o[accomplice].terms);
       }),
       no, "mask key of another site"},
      {"an accomplice's offer for another plan", at.deal, offers([](const Liar& liar, Offers& o) {
         o[accomplice].terms.plan = sha256("another");
         sign_again(liar, o[accomplice].terms);
       }),
       no, "not signed by it for this plan"},
      {"the deal of the round before", at.deal_2, instead(at.deal), no, "another round"},
      {"the deal of the round before under this one's number", at.deal_2,
       [](const Liar& liar, const Message&) -> Message {
         auto deal = std::get<Deal>(liar.told[0][at.deal]);
         deal.id.round = 2;
         return deal;
       },
       no, "not signed by it for this plan"},
      {"another deal after this one", at.survivors,
       [](const Liar& liar, const Message&) -> Message {
         auto deal = std::get<Deal>(liar.told[0][at.deal]);
         deal.offers.pop_back();
         return deal;
       },
       no, "out of turn"},
  };
}

std::vector<Attack> agreement_attacks() {
  using Signed = std::vector<Agree>;
  const auto no = RefusalCode::protocol;
  return {
      {"survivors of another round", at.survivors, change<Survivors>([](const Liar&, Survivors& m) { m.id.round = 2; }),
       no, "another round"},
      {"survivors of another attempt", at.survivors,
       change<Survivors>([](const Liar&, Survivors& m) { m.id.attempt = 1; }), no, "another round"},
      {"fewer survivors than n - u", at.survivors, list({0, 1, 2}), no, "at least 4"},
      {"this site alone", at.survivors, list({0}), no, "at least 4"},
      {"survivors without this site", at.survivors, list({1, 2, 3, 4}), no, "leaves this site out"},
      {"a survivor outside the roster", at.survivors, list({0, 1, 2, 3, 9}), no, "no keys were dealt to"},
      {"the survivors of the round before", at.survivors_2, instead(at.survivors), no, "another round"},
      {"a second list after one was signed", at.proof,
       [](const Liar& liar, const Message&) -> Message {
         auto survivors = std::get<Survivors>(liar.told[0][at.survivors]);
         survivors.places = {0, 1, 2, 3};
         return survivors;
       },
       no, "out of turn"},
      {"a second list after shares were shown", at.plan_2,
       [](const Liar& liar, const Message&) -> Message {
         auto survivors = std::get<Survivors>(liar.told[0][at.survivors]);
         survivors.places = {0, 1, 2, 3};
         return survivors;
       },
       no, "out of turn"},
      {"the share of another round again", at.survivors_2,
       [](const Liar& liar, const Message&) -> Message {
         return Resend{std::get<Survivors>(liar.told[0][at.survivors]).id};
       },
       no, "out of turn"},
      {"the share again after signing", at.proof,
       [](const Liar& liar, const Message&) -> Message {
         return Resend{std::get<Survivors>(liar.told[0][at.survivors]).id};
       },
       no, "out of turn"},
      {"a proof of another round", at.proof, change<Proof>([](const Liar&, Proof& m) { m.id.round = 2; }), no,
       "another round"},
      {"fewer signatures than T", at.proof, proof([](const Liar&, Signed& s) { s.resize(3); }), no, "4 are needed"},
      {"no signature", at.proof, proof([](const Liar&, Signed& s) { s.clear(); }), no, "4 are needed"},
      {"one signature often", at.proof, proof([](const Liar&, Signed& s) { s = Signed(5, s[1]); }), no, "twice"},
      {"a forged signature", at.proof, proof([](const Liar&, Signed& s) { s[1].signature[5] ^= 1; }), no,
       "not its site's"},
      {"a signature of nobody", at.proof,
       proof([](const Liar& liar, Signed& s) { sign(s[1], sybil(), liar.world.run); }), no, "did not survive"},
      {"a signature under another list", at.proof, proof([](const Liar& liar, Signed& s) {
         s[accomplice].agreement = sha256("another");
         sign(s[accomplice], liar.world.keys[accomplice], liar.world.run);
       }),
       no, "another list"},
      {"the proof of the round before", at.proof_2, instead(at.proof), no, "another round"},
      {"the proof of the round before under this one's number", at.proof_2,
       [](const Liar& liar, const Message&) -> Message {
         auto proof = std::get<Proof>(liar.told[0][at.proof]);
         proof.id.round = 2;
         for (auto& agree : proof.agreed) agree.id.round = 2;
         return proof;
       },
       no, "another list"},
  };
}

std::vector<Attack> closing_attacks() {
  const auto no = RefusalCode::protocol;
  return {
      {"the end of another session", at.close, change<CloseRun>([](const Liar&, CloseRun& m) { m.session = 1; }), no,
       "closed session 1"},
      {"a round left out of the public ledger", at.close,
       change<CloseRun>([](const Liar&, CloseRun& m) { m.public_ledger.pop_back(); }), no, "leaves out"},
      {"an empty public ledger", at.close, change<CloseRun>([](const Liar&, CloseRun& m) { m.public_ledger.clear(); }),
       no, "leaves out"},
      {"a round said to have been free", at.close,
       change<CloseRun>([](const Liar&, CloseRun& m) { m.public_ledger.back().kind = "reuse"; }), no, "leaves out"},
      {"too few ledger heads", at.close, change<CloseRun>([](const Liar&, CloseRun& m) { m.heads.resize(3); }), no,
       "ledger heads"},
      {"a forged ledger head", at.close,
       change<CloseRun>([](const Liar&, CloseRun& m) { m.heads[2].head.entries += 1; }), no, "ledger heads"},
      {"the end in the middle of a round, with that round left out", at.proof,
       [](const Liar& liar, const Message&) -> Message {
         auto close = std::get<CloseRun>(liar.told[0][at.close]);
         close.session = 1;
         close.public_ledger.clear();
         return close;
       },
       no, "leaves out"},
  };
}

std::vector<Attack> all_or_nothing_attacks() {
  constexpr Script here = all_or_nothing;
  const auto no = RefusalCode::protocol;
  const auto instead_of = [](Message other) { return [other](const Liar&, const Message&) { return other; }; };
  return {
      {"a list without one site", here.keys, change<KeyList>([](const Liar&, KeyList& m) { m.keys.pop_back(); }),
       RefusalCode::roster, "at least 3"},
      {"two sites' session keys exchanged", here.keys,
       change<KeyList>([](const Liar&, KeyList& m) { std::swap(m.keys[1].session_key, m.keys[2].session_key); }), no,
       "not signed by it"},
      {"a new session between rounds", here.plan_2,
       [](const Liar& liar, const Message&) -> Message {
         return OpenSession{liar.world.run, 2};
       },
       no, "out of turn"},
      {"more noise counted on than all honest sites add", here.plan, plan([](auto& p) { p.contributors = 3; }), no,
       "counts on the noise of 3"},
      {"the round before", here.close, instead(here.plan), no, "comes after that of round 2"},
      {"the round that was, one query less", here.plan_2, plan([](auto& p) {
         p.round = 1;
         p.queries.pop_back();
       }),
       no, "comes after that of round 1"},
      {"a deal", here.plan_2, instead_of(Deal{}), no, "out of turn"},
      {"survivors", here.plan_2, instead_of(Survivors{{1, 1, 0}, {0, 1}}), no, "out of turn"},
      {"a proof", here.plan_2, instead_of(Proof{}), no, "out of turn"},
      {"the share again", here.plan_2, instead_of(Resend{{1, 1, 0}}), no, "out of turn"},
      {"an empty public ledger", here.close,
       change<CloseRun>([](const Liar&, CloseRun& m) { m.public_ledger.clear(); }), no, "leaves out"},
      {"too few ledger heads", here.close, change<CloseRun>([](const Liar&, CloseRun& m) { m.heads.pop_back(); }), no,
       "ledger heads"},
  };
}

}  // namespace fedloom::test
