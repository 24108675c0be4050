#include "conversation.hpp"

#include <set>
#include <stdexcept>

#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::site {

Conversation::Conversation(SiteSetup setup) : setup_(std::move(setup)), booked_(setup_.resume.booked_rho) {
  FEDLOOM_CHECK(setup_.key != nullptr && setup_.random != nullptr && setup_.tick.count() > 0);
  if (const auto fault = fault_of(setup_.quorum); !fault.empty()) throw std::invalid_argument(fault);
  FEDLOOM_CHECK(setup_.quorum.sites == setup_.roster.size());
  const auto self = setup_.roster.index_of(setup_.key->public_key());
  if (!self) throw std::invalid_argument("this site's key is not in the roster");
  self_ = *self;
}

void Conversation::send(Message&& message) { act(SendToCoordinator{std::move(message)}); }

void Conversation::answer(Message&& message) {
  send(Message(message));
  answer_.emplace(std::move(message));
}

void Conversation::answer_with_sealed(const Digest& context) {
  act(SendSealed{context});
  answer_.emplace(context);
}

void Conversation::repeat_answer() {
  if (!answer_) return;
  if (const auto* message = std::get_if<Message>(&*answer_)) {
    send(Message(*message));
  } else {
    act(SendSealed{std::get<Digest>(*answer_)});
  }
}

void Conversation::open_session(std::uint32_t session) {
  session_ = session;
  act(StoreSession{session});
}

void Conversation::wake_at(Instant at) {
  deadline_ = at;
  act(SetTimer{at});
}

bool Conversation::is_due() {
  if (!deadline_) return false;
  if (now_ >= *deadline_) return true;
  act(SetTimer{*deadline_});
  return false;
}

Next Conversation::refuse(RefusalCode code, std::string reason) {
  send_signed(Refuse{.session = session_, .round = round_, .code = code});
  return end({std::move(reason), true, code});
}

Next Conversation::end(SiteAborted aborted) {
  act(std::move(aborted));
  return std::make_unique<Ended>("Aborted");
}

bool Conversation::store_heads(const std::vector<SiteHead>& heads) {
  std::set<PublicKey> seen;
  for (const SiteHead& entry : heads) {
    if (!setup_.roster.index_of(entry.key) || !seen.insert(entry.key).second) return false;
    if (!is_genuine_head(entry.key, entry.head)) return false;
  }
  if (seen.size() < quorum().threshold()) return false;
  act(StoreHeads{heads});
  return true;
}

}  // namespace fedloom::secagg::site
