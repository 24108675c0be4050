#include "fedloom/secagg/coordinator_protocol.hpp"

#include "coordinator/states.hpp"
#include "fedloom/base/check.hpp"

namespace fedloom::secagg {

struct CoordinatorProtocol::Impl {
  explicit Impl(CoordinatorSetup&& setup) : desk(std::move(setup)) {}

  coordinator::Next on(CoordinatorStart&&) {
    FEDLOOM_CHECK(!state);
    return coordinator::Gathering::enter(desk);
  }
  coordinator::Next on(ReceivedFrom&& event) {
    desk.heard(event.from);
    return state->on_message(desk, event.from, std::move(event.message));
  }
  coordinator::Next on(Garbled&& event) {
    desk.heard(event.from);
    return state->on_garbled(desk, event.from);
  }
  coordinator::Next on(CoordinatorTimer&&) {
    switch (desk.due()) {
      case coordinator::Due::nothing:
        break;
      case coordinator::Due::ask_again:
        state->ask_again(desk);
        break;
      case coordinator::Due::deadline:
        return state->on_due(desk);
    }
    return nullptr;
  }
  coordinator::Next on(StartRound&& event) { return state->on_start(desk, std::move(event)); }
  coordinator::Next on(CloseSession&& event) { return state->on_close(desk, event); }

  coordinator::Desk desk;
  coordinator::Next state;  ///< none before CoordinatorStart
};

CoordinatorProtocol::CoordinatorProtocol(CoordinatorSetup setup) : impl_(std::make_unique<Impl>(std::move(setup))) {}
CoordinatorProtocol::~CoordinatorProtocol() = default;
CoordinatorProtocol::CoordinatorProtocol(CoordinatorProtocol&&) noexcept = default;

std::vector<CoordinatorAction> CoordinatorProtocol::step(CoordinatorEvent&& event, Instant now) {
  FEDLOOM_CHECK(impl_->state || std::holds_alternative<CoordinatorStart>(event));
  if (impl_->state && impl_->state->ended()) return {};
  impl_->desk.begin(now);
  auto next = std::visit([this](auto&& any) { return impl_->on(std::move(any)); }, std::move(event));
  if (next) impl_->state = std::move(next);
  return impl_->desk.take_actions();
}

const char* CoordinatorProtocol::state() const noexcept { return impl_->state ? impl_->state->name() : "Unstarted"; }

std::vector<SiteId> CoordinatorProtocol::waiting_for() const {
  return impl_->state ? impl_->desk.ids(impl_->state->waiting_for(impl_->desk)) : std::vector<SiteId>{};
}

}  // namespace fedloom::secagg
