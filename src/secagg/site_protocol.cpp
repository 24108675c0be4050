#include "fedloom/secagg/site_protocol.hpp"

#include <deque>

#include "fedloom/base/check.hpp"
#include "site/states.hpp"

namespace fedloom::secagg {

struct SiteProtocol::Impl {
  explicit Impl(SiteSetup&& setup) : talk(std::move(setup)) {}

  site::Next on(Start&&) {
    FEDLOOM_CHECK(!state);
    return site::Joining::start(talk);
  }
  site::Next on(Received&& event) {
    if (!state->is_silent()) return handle(std::move(event.message));
    // An honest coordinator says a thing or two meanwhile; of a flood the rest is forgotten.
    if (held.size() < max_held) held.push_back(std::move(event.message));
    return nullptr;
  }
  site::Next on(TimerFired&&) { return talk.is_due() ? state->on_due(talk) : nullptr; }
  site::Next on(SharePrepared&& event) { return state->on_share(talk, std::move(event)); }
  site::Next on(PlanRefused&& event) { return state->on_no(talk, event); }
  site::Next on(SealStored&&) { return state->on_stored(talk); }
  site::Next on(DecisionStored&&) { return state->on_decision_stored(talk); }
  site::Next on(StopRequested&&) {
    return talk.refuse(RefusalCode::stopping, "this site was asked to stop; start the run again with --resume");
  }

  site::Next handle(Message&& message) {
    if (auto* abort = std::get_if<Abort>(&message)) {
      return talk.end({"the coordinator ended the run: " + abort->reason, false, std::nullopt});
    }
    talk.received(sha256(encode(message)));
    if (talk.is_repeated()) {
      talk.repeat_answer();
      return nullptr;
    }
    return state->on_message(talk, std::move(message));
  }
  void enter(site::Next&& next) {
    if (next) state = std::move(next);
  }

  static constexpr std::size_t max_held = 16;
  std::deque<Message> held;  ///< came while the state was silent, in order
  site::Conversation talk;
  site::Next state;  ///< none before Start
};

SiteProtocol::SiteProtocol(SiteSetup setup) : impl_(std::make_unique<Impl>(std::move(setup))) {}
SiteProtocol::~SiteProtocol() = default;
SiteProtocol::SiteProtocol(SiteProtocol&&) noexcept = default;

std::vector<SiteAction> SiteProtocol::step(SiteEvent&& event, Instant now) {
  FEDLOOM_CHECK(impl_->state || std::holds_alternative<Start>(event));
  if (impl_->state && impl_->state->ended()) return {};
  impl_->talk.begin(now);
  impl_->enter(std::visit([this](auto&& any) { return impl_->on(std::move(any)); }, std::move(event)));
  while (!impl_->held.empty() && !impl_->state->is_silent() && !impl_->state->ended()) {
    Message message = std::move(impl_->held.front());
    impl_->held.pop_front();
    impl_->enter(impl_->handle(std::move(message)));
  }
  return impl_->talk.take_actions();
}

bool SiteProtocol::is_silent() const noexcept { return impl_->state && impl_->state->is_silent(); }

const char* SiteProtocol::state() const noexcept { return impl_->state ? impl_->state->name() : "Unstarted"; }

}  // namespace fedloom::secagg
