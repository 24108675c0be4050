#include "fedloom/secagg/site_protocol.hpp"

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
    if (auto* abort = std::get_if<Abort>(&event.message)) {
      return talk.end({"the coordinator ended the run: " + abort->reason, false, std::nullopt});
    }
    talk.received(sha256(encode(event.message)));
    if (talk.is_repeated()) {
      talk.repeat_answer();
      return nullptr;
    }
    return state->on_message(talk, std::move(event.message));
  }
  site::Next on(TimerFired&&) { return talk.is_due() ? state->on_due(talk) : nullptr; }
  site::Next on(SharePrepared&& event) { return state->on_share(talk, std::move(event)); }
  site::Next on(PlanRefused&& event) { return state->on_no(talk, event); }
  site::Next on(SealStored&&) { return state->on_stored(talk); }
  site::Next on(DecisionStored&&) { return state->on_decision_stored(talk); }
  site::Next on(StopRequested&&) {
    return talk.refuse(RefusalCode::stopping, "this site was asked to stop; start the run again with --resume");
  }

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
  auto next = std::visit([this](auto&& any) { return impl_->on(std::move(any)); }, std::move(event));
  if (next) impl_->state = std::move(next);
  return impl_->talk.take_actions();
}

const char* SiteProtocol::state() const noexcept { return impl_->state ? impl_->state->name() : "Unstarted"; }

}  // namespace fedloom::secagg
