#include <algorithm>

#include "../offer.hpp"
#include "../shamir.hpp"
#include "states.hpp"

namespace fedloom::secagg::site {
namespace {

Offer make_offer(const Conversation& talk, const Session& session, const Round& round, const Digest& context) {
  std::vector<std::uint8_t> points;
  for (const std::size_t place : session.members) points.push_back(point_of(place));
  const std::size_t threshold = talk.quorum().threshold();
  RandomWords& random = *talk.setup().random;
  auto seed_shares = split(round.self_seed, threshold, points, random);
  auto key_shares = split(round.mask_key.secret(), threshold, points, random);

  Offer offer;
  offer.terms.key = talk.setup().key->public_key();
  offer.terms.id = session.newest;
  offer.terms.plan = session.plan;
  offer.terms.mask_key = round.mask_key.public_key();
  offer.terms.self_seed = commit_to_seed(context, offer.terms.key, round.self_seed);
  for (std::size_t k = 0; k < session.members.size(); ++k) {
    const std::size_t receiver = session.members[k];
    const BoxContext about = box_of(offer.terms, context, talk.setup().roster.members()[receiver].key);
    const SharePair pair{std::move(seed_shares[k]), std::move(key_shares[k])};
    offer.entries.push_back({.place = static_cast<std::uint32_t>(receiver),
                             .self_seed = commit_to_share(about, SecretKind::self_seed, pair.self_seed),
                             .mask_key = commit_to_share(about, SecretKind::mask_key, pair.mask_key),
                             .sealed = seal(session.shared[receiver], about, pair)});
  }
  offer.terms.entries = entries_hash(offer.entries);
  return offer;
}

/// Checks one offer and opens this site's shares. Gives what is wrong with it.
std::optional<std::string> take_offer(const Conversation& talk, const Session& session, Round& round,
                                      const Digest& context, const Deal::Offered& offered) {
  const OfferTerms& terms = offered.terms;
  const auto place = talk.setup().roster.index_of(terms.key);
  if (!place || !std::ranges::binary_search(session.members, *place)) return "an offer of a site outside this session";
  const std::string site = "the offer of site " + talk.setup().roster.members()[*place].id.name;
  if (!round.places.empty() && *place <= round.places.back()) return site + " twice or out of order";
  if (terms.id != session.newest || terms.plan != session.plan || !is_genuine(terms, talk.setup().run)) {
    return site + ", which is not signed by it for this plan";
  }
  if (*place == talk.self() && terms.mask_key != round.mask_key.public_key()) {
    return "another mask key for this site than it sent";
  }
  const auto same_key = [&](const Party& party) { return party.mask_key == terms.mask_key; };
  if (std::ranges::any_of(round.parties, same_key)) return site + ", with the mask key of another site";
  if (!round.mask_key.agree(terms.mask_key)) return site + ", whose mask key is a point of low order";
  const BoxContext about = box_of(terms, context, talk.setup().key->public_key());
  auto pair = open(session.shared[*place], about, offered.entry.sealed);
  if (!pair || offered.entry.place != talk.self()) return site + ", with shares that are not those it sent here";
  if (commit_to_share(about, SecretKind::self_seed, pair->self_seed) != offered.entry.self_seed ||
      commit_to_share(about, SecretKind::mask_key, pair->mask_key) != offered.entry.mask_key) {
    return site + ", with shares that its commitments do not cover";
  }
  round.places.push_back(static_cast<std::uint32_t>(*place));
  round.parties.push_back({terms.key, terms.mask_key});
  round.held.push_back(std::move(*pair));
  return std::nullopt;
}

}  // namespace

Next Offered::enter(Conversation& talk, SessionPtr&& session, boundary::RoundPlan&& plan) {
  auto round = std::make_unique<Round>(*talk.setup().random);
  round->plan = std::move(plan);
  Offer offer = make_offer(talk, *session, *round, context_hash(talk.setup().run, session->newest));
  sign(offer.terms, *talk.setup().key, talk.setup().run);
  talk.answer(std::move(offer));
  talk.wait_for_coordinator();
  return std::make_unique<Offered>(std::move(session), std::move(round));
}

Next Offered::on_message(Conversation& talk, Message&& message) {
  if (const auto* deal = std::get_if<Deal>(&message)) return on_deal(talk, *deal);
  return InRound::on_message(talk, std::move(message));
}

Next Offered::on_deal(Conversation& talk, const Deal& deal) {
  const auto refuse = [&talk](const std::string& what) {
    return talk.refuse(RefusalCode::protocol,
                       "the coordinator dealt " + what + "; compare the roster's fingerprint with the lead");
  };
  if (!is_current(deal.id)) return refuse("the keys of another round");
  if (deal.offers.size() < talk.quorum().threshold()) {
    return refuse("the keys of " + std::to_string(deal.offers.size()) + " sites, but at least " +
                  std::to_string(talk.quorum().threshold()) + " must take part");
  }
  std::vector<OfferTerms> terms;
  for (const Deal::Offered& offered : deal.offers) {
    if (const auto problem = take_offer(talk, *session_, *round_, context(talk), offered)) return refuse(*problem);
    terms.push_back(offered.terms);
  }
  if (!std::ranges::binary_search(round_->places, talk.self())) return refuse("keys that leave this site out");
  round_->deal = deal_hash(terms);
  talk.take();
  boundary::RoundPlan plan = std::move(round_->plan);
  return Preparing::enter(talk, std::move(session_), std::move(round_), std::move(plan));
}

}  // namespace fedloom::secagg::site
