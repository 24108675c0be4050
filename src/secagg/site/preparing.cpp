#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::site {
namespace {

boundary::MaskedShare seal(SharePrepared&& prepared, boundary::Mask&& mask) {
  if (auto* exact = std::get_if<boundary::ExactShare>(&prepared.share)) {
    return boundary::MaskedShare::seal_exact(std::move(*exact), std::move(mask));
  }
  return boundary::MaskedShare::seal(std::get<boundary::NoisedShare>(std::move(prepared.share)), std::move(mask));
}

}  // namespace

Next Preparing::enter(Conversation& talk, SessionPtr&& session, RoundPtr&& round, boundary::RoundPlan&& plan) {
  talk.wait_for_nobody();
  talk.act(Prepare{std::move(plan)});
  return std::make_unique<Preparing>(std::move(session), std::move(round), talk.now());
}

boundary::Mask Preparing::make_mask(const Conversation& talk) {
  const MaskContext about{context(talk), session_->plan};
  PairSecrets secrets;
  if (round_) {
    secrets.parties = round_->parties;
    for (std::size_t k = 0; k < round_->places.size(); ++k) {
      if (round_->places[k] == talk.self()) secrets.self = k;
      // A point of low order was refused with the deal.
      secrets.shared.push_back(round_->mask_key.agree(round_->parties[k].mask_key).value());
    }
    return session_->masks.make(about, secrets, &round_->self_seed);
  }
  secrets.self = talk.self();
  const auto& members = talk.setup().roster.members();
  for (std::size_t place = 0; place < members.size(); ++place) {
    secrets.parties.push_back({members[place].key, session_->session_keys[place]});
    secrets.shared.push_back(session_->shared[place].clone());
  }
  return session_->masks.make(about, secrets, nullptr);
}

Next Preparing::on_share(Conversation& talk, SharePrepared&& prepared) {
  talk.set_booked(prepared.booked_rho);
  if (prepared.paid) talk.add_payment(std::move(*prepared.paid));
  auto sealed = seal(std::move(prepared), make_mask(talk));
  FEDLOOM_CHECK(sealed.words().size() <= max_share_words);
  const auto words = sealed.words();
  ShareMessage share{.id = session_->newest,
                     .plan = session_->plan,
                     .words = words.size(),
                     .head = prepared.head,
                     .booked_rho = prepared.booked_rho};
  for (std::uint32_t index = 0; index < chunk_count(words.size()); ++index) {
    const ChunkRange range = chunk_range(words.size(), index);
    share.chunks.push_back(chunk_hash(words.subspan(range.first, range.count)));
  }
  sign(share, *talk.setup().key, talk.setup().run);
  talk.act(StoreSealed{context(talk), std::move(share), std::move(sealed)});
  return std::make_unique<Sealing>(std::move(session_), std::move(round_), arrived_);
}

Next Preparing::on_no(Conversation& talk, PlanRefused refused) {
  return talk.refuse(refused.code, "this site refused the plan of round " + std::to_string(session_->newest.round) +
                                       ": " + name_of(refused.code));
}

}  // namespace fedloom::secagg::site
