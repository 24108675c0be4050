#include <algorithm>

#include "states.hpp"

namespace fedloom::secagg::site {

Next Masked::on_message(Conversation& talk, Message&& message) {
  if (auto* survivors = std::get_if<Survivors>(&message)) return on_survivors(talk, std::move(*survivors));
  const auto* again = std::get_if<Resend>(&message);
  if (again == nullptr || !is_current(again->id)) return InRound::on_message(talk, std::move(message));
  talk.take();
  talk.answer_with_sealed(context(talk));
  talk.wait_for_coordinator();
  return nullptr;
}

Next Masked::on_survivors(Conversation& talk, Survivors&& message) {
  const auto refuse = [&talk](const std::string& what) {
    return talk.refuse(RefusalCode::protocol, "the coordinator's list of survivors " + what +
                                                  "; a sum of so few or of others would show too much: ask the lead "
                                                  "why");
  };
  if (!is_current(message.id)) return refuse("is of another round");
  const std::size_t least = talk.quorum().threshold();
  if (message.places.size() < least) {
    return refuse("has " + std::to_string(message.places.size()) + " sites, but at least " + std::to_string(least) +
                  " must be in a sum");
  }
  if (!std::ranges::includes(round_->places, message.places)) return refuse("names a site that no keys were dealt to");
  if (!std::ranges::binary_search(message.places, talk.self())) return refuse("leaves this site out");
  talk.take();
  round_->survivors = std::move(message.places);
  round_->agreement = agreement_hash(round_->deal, round_->survivors);
  talk.answer_signed(Agree{.id = session_->newest, .agreement = round_->agreement});
  talk.wait_for_coordinator();
  return std::make_unique<Agreed>(std::move(session_), std::move(round_));
}

}  // namespace fedloom::secagg::site
