#include <algorithm>

#include "states.hpp"

namespace fedloom::secagg::site {

Next Deciding::on_decision_stored(Conversation& talk) {
  Unmask unmask{.id = session_->newest, .agreement = round_->agreement};
  for (std::size_t k = 0; k < round_->places.size(); ++k) {
    const bool survived = std::ranges::binary_search(round_->survivors, round_->places[k]);
    const SecretBytes& share = survived ? round_->held[k].self_seed : round_->held[k].mask_key;
    ShownShare shown{.place = round_->places[k]};
    std::ranges::copy(share.view(), shown.share.begin());
    unmask.shares.push_back(shown);
  }
  talk.answer_signed(std::move(unmask));
  // With the round go the other halves: they cannot be shown any more.
  return Ready::enter(talk, std::move(session_));
}

}  // namespace fedloom::secagg::site
