#include "states.hpp"

namespace fedloom::secagg::site {

Next Preparing::on_message(Conversation& talk, Message&& message) {
  const auto* end = std::get_if<CloseRun>(&message);
  if (end != nullptr && !end->finished) return close(talk, *end);
  return State::on_message(talk, std::move(message));
}

Next Preparing::on_share(Conversation& talk, SharePrepared&& prepared) {
  talk.set_booked(prepared.booked_rho);
  const std::size_t length = prepared.share.length();
  if (length > max_share_words) {
    return talk.refuse(RefusalCode::protocol, "the plan asks for " + std::to_string(length) +
                                                  " numbers, and a message carries " + std::to_string(max_share_words) +
                                                  " at most; lower max_cells in the experiment");
  }
  const Digest context = context_hash(talk.setup().run, talk.session(), session_->round, session_->attempt);
  ShareMessage share{.key = {},
                     .session = talk.session(),
                     .round = session_->round,
                     .attempt = session_->attempt,
                     .plan = session_->plan,
                     .share = boundary::MaskedShare::seal(std::move(prepared.share),
                                                          session_->masks.make(context, session_->plan, length)),
                     .head = prepared.head,
                     .booked_rho = prepared.booked_rho,
                     .signature = {}};
  sign(share, *talk.setup().key, talk.setup().run);
  Message message(std::move(share));
  talk.act(StoreSealed{context, encode(message)});
  return std::make_unique<Sealing>(std::move(session_), arrived_, std::get<ShareMessage>(std::move(message)));
}

Next Preparing::on_no(Conversation& talk, PlanRefused refused) {
  return talk.refuse(refused.code, "this site refused the plan of round " + std::to_string(session_->round) + ": " +
                                       name_of(refused.code));
}

}  // namespace fedloom::secagg::site
