#include <algorithm>
#include <set>

#include "states.hpp"

namespace fedloom::secagg::site {

Next Agreed::on_message(Conversation& talk, Message&& message) {
  if (const auto* proof = std::get_if<Proof>(&message)) return on_proof(talk, *proof);
  return InRound::on_message(talk, std::move(message));
}

Next Agreed::on_proof(Conversation& talk, const Proof& proof) {
  const auto refuse = [&talk](const std::string& what) {
    return talk.refuse(RefusalCode::protocol, "the coordinator's proof that the sites agree on the survivors " + what +
                                                  "; it may have shown them different lists: ask the lead why");
  };
  if (!is_current(proof.id)) return refuse("is of another round");
  std::set<std::size_t> signers;
  for (const Agree& agree : proof.agreed) {
    const auto place = talk.setup().roster.index_of(agree.key);
    if (!place || !std::ranges::binary_search(round_->survivors, *place))
      return refuse("holds one who did not survive");
    if (agree.id != session_->newest || agree.agreement != round_->agreement) return refuse("is of another list");
    if (!is_genuine(agree, talk.setup().run)) return refuse("holds a signature that is not its site's");
    if (!signers.insert(*place).second) return refuse("holds one site twice");
  }
  if (signers.size() < talk.quorum().threshold()) {
    return refuse("has " + std::to_string(signers.size()) + " signatures, but " +
                  std::to_string(talk.quorum().threshold()) + " are needed");
  }
  talk.take();
  talk.wait_for_nobody();
  talk.act(StoreDecision{context(talk), round_->agreement});
  return std::make_unique<Deciding>(std::move(session_), std::move(round_));
}

}  // namespace fedloom::secagg::site
