#pragma once
// The other sites of a round with recovery, played by a test that knows all of their secrets.

#include <functional>
#include <optional>
#include <vector>

#include "harness.hpp"
#include "offer.hpp"
#include "shamir.hpp"
#include "signing.hpp"

namespace fedloom::secagg {

/// One site's secrets of one round, and what it offers the others of them.
struct Dealt {
  MaskKey mask_key;
  SecretBytes self_seed;
  std::vector<SecretBytes> seed_shares, key_shares;  ///< by place of the receiver
  Offer offer;
};

/// What a site that breaks the rules does to its offer.
struct Crime {
  std::optional<PublicKey> shown_mask_key;           ///< in place of its own
  std::function<void(SharePair&)> after_commitment;  ///< to each pair, before it is sealed
  std::function<void(SealedShares&)> after_sealing;  ///< to each box
  std::function<void(OfferTerms&)> before_signing;   ///< to the terms
};

class Dealer {
 public:
  Dealer(const test::World& world, RandomWords& random) : world_(&world), random_(&random) {}

  /// `session_keys`: by place.
  Dealt deal(std::size_t self, const MaskKey& session_key, const std::vector<PublicKey>& session_keys,
             const boundary::RoundPlan& plan, std::uint32_t session, const Crime& crime = {}) const {
    Dealt out{.mask_key = MaskKey(*random_), .self_seed = {}, .seed_shares = {}, .key_shares = {}, .offer = {}};
    random_->fill(out.self_seed.writable());
    std::vector<std::uint8_t> points;
    for (std::size_t place = 0; place < world_->sites(); ++place) points.push_back(point_of(place));
    out.seed_shares = split(out.self_seed, world_->quorum.threshold(), points, *random_);
    out.key_shares = split(out.mask_key.secret(), world_->quorum.threshold(), points, *random_);
    OfferTerms& terms = out.offer.terms;
    terms.key = world_->keys[self].public_key();
    terms.id = {session, plan.round, plan.attempt};
    terms.plan = plan_hash(plan);
    terms.mask_key = crime.shown_mask_key.value_or(out.mask_key.public_key());
    const Digest context = context_hash(world_->run, terms.id);
    terms.self_seed = commit_to_seed(context, terms.key, out.self_seed);
    for (std::size_t receiver = 0; receiver < world_->sites(); ++receiver) {
      const BoxContext about = box_of(terms, context, world_->keys[receiver].public_key());
      SharePair pair{out.seed_shares[receiver].clone(), out.key_shares[receiver].clone()};
      OfferEntry entry{.place = static_cast<std::uint32_t>(receiver),
                       .self_seed = commit_to_share(about, SecretKind::self_seed, pair.self_seed),
                       .mask_key = commit_to_share(about, SecretKind::mask_key, pair.mask_key),
                       .sealed = {}};
      if (crime.after_commitment) crime.after_commitment(pair);
      entry.sealed = seal(session_key.agree(session_keys[receiver]).value(), about, pair);
      if (crime.after_sealing) crime.after_sealing(entry.sealed);
      out.offer.entries.push_back(entry);
    }
    terms.entries = entries_hash(out.offer.entries);
    if (crime.before_signing) crime.before_signing(terms);
    sign(terms, world_->keys[self], world_->run);
    return out;
  }

  /// What `receiver` is dealt of these offers, in the order given.
  static Deal deal_of(const std::vector<const Offer*>& offers, std::size_t receiver) {
    Deal deal{.id = offers.front()->terms.id, .offers = {}};
    for (const Offer* offer : offers) deal.offers.push_back({offer->terms, offer->entries[receiver]});
    return deal;
  }

 private:
  const test::World* world_;
  RandomWords* random_;
};

inline Agree agree_of(const test::World& world, std::size_t place, const RoundId& id, const Digest& agreement) {
  Agree agree{.id = id, .agreement = agreement};
  sign(agree, world.keys[place], world.run);
  return agree;
}

}  // namespace fedloom::secagg
