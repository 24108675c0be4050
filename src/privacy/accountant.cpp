#include "fedloom/privacy/accountant.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "ledger_text.hpp"
#include "rounding.hpp"

namespace fedloom::privacy {

Spend::Spend(Spend&& other) noexcept : events_(std::move(other.events_)), live_(other.live_) { other.live_ = false; }

std::vector<Event> Spend::use() {
  FEDLOOM_CHECK(live_);
  live_ = false;
  return std::move(events_);
}

Accountant::Accountant(Ledger& ledger, std::string run, Limits limits)
    : ledger_(&ledger), run_(std::move(run)), limits_(limits) {
  for (const LedgerEntry& entry : ledger.entries()) {
    lifetime_spent_.value = add_up(lifetime_spent_.value, entry.cost.value);
    if (entry.run == run_) run_spent_.value = add_up(run_spent_.value, entry.cost.value);
  }
}

bool Accountant::opens_again(const SpendRequest& request) const {
  std::set<std::array<std::uint32_t, 1 + OpenedEvent::most>> asked;
  const auto key = [](const OpenedEvent& event) {
    return std::array{std::uint32_t{event.degree}, event.attributes[0], event.attributes[1], event.attributes[2]};
  };
  for (const Event& event : request.events) {
    const auto* opened = std::get_if<OpenedEvent>(&event);
    if (opened != nullptr && !asked.insert(key(*opened)).second) return true;
  }
  const auto is_asked = [&](const Event& event) {
    const auto* opened = std::get_if<OpenedEvent>(&event);
    return opened != nullptr && asked.contains(key(*opened));
  };
  return std::ranges::any_of(ledger_->entries(), [&](const LedgerEntry& entry) {
    return entry.run == run_ && entry.round != request.round && std::ranges::any_of(entry.events, is_asked);
  });
}

const char* Accountant::kind_of(const SpendRequest& request) const {
  if (!is_handover(request.events)) return "spend";
  bool paid = false;
  for (const LedgerEntry& entry : ledger_->entries()) {
    if (entry.run != run_ || !is_handover(entry.events) || entry.events.front() != request.events.front()) continue;
    if (entry.round == request.round && entry.events == request.events) return "reuse";
    paid = true;
  }
  return paid ? "within" : "spend";
}

std::variant<Spend, OverBudget> Accountant::spend(SpendRequest request) {
  if (opens_again(request)) {
    throw LedgerError("run " + run_ + ", round " + std::to_string(request.round),
                      "asks for an exact total that was opened before in this run",
                      "ask the lead why: each is opened once");
  }
  const auto& entries = ledger_->entries();
  const bool booked = std::any_of(entries.begin(), entries.end(), [&](const LedgerEntry& entry) {
    return entry.kind != "reuse" && entry.run == run_ && entry.round == request.round &&
           entry.attempt == request.attempt;
  });
  if (booked) {
    throw LedgerError(
        "run " + run_ + ", round " + std::to_string(request.round) + ", attempt " + std::to_string(request.attempt),
        "is booked already", "resume the run instead of starting it again under its old name");
  }
  LedgerEntry entry{.run = run_,
                    .kind = kind_of(request),
                    .round = request.round,
                    .attempt = request.attempt,
                    .stage = std::move(request.stage),
                    .plan = request.plan,
                    .events = request.events};
  const Rho asked = cost_of(entry);
  const Rho run_after{add_up(run_spent_.value, asked.value)};
  const Rho lifetime_after{add_up(lifetime_spent_.value, asked.value)};
  // Written so that a cost that is not a number is refused too.
  if (!(run_after <= limits_.per_run)) return OverBudget{OverBudget::Which::run, asked, left_in_run()};
  if (limits_.lifetime && !(lifetime_after <= *limits_.lifetime)) {
    const double left = subtract_down(limits_.lifetime->value, lifetime_spent_.value);
    return OverBudget{OverBudget::Which::lifetime, asked, {std::max(left, 0.0)}};
  }
  ledger_->append(std::move(entry));
  run_spent_ = run_after;
  lifetime_spent_ = lifetime_after;
  return Spend(std::move(request.events));
}

Rho Accountant::left_in_run() const noexcept {
  return {std::max(subtract_down(limits_.per_run.value, run_spent_.value), 0.0)};
}

}  // namespace fedloom::privacy
