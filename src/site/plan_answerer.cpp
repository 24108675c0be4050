#include "fedloom/site/plan_answerer.hpp"

#include <algorithm>

#include "aggregate_consent.hpp"
#include "counted_rows.hpp"
#include "fedloom/base/check.hpp"
#include "fedloom/boundary/release.hpp"
#include "fedloom/boundary/share_vault.hpp"
#include "parts.hpp"

namespace fedloom::site {
namespace {
std::string text(privacy::Rho rho) { return std::to_string(rho.value); }

privacy::PublicSpend as_public(const privacy::LedgerEntry& entry) {
  return {.round = entry.round,
          .attempt = entry.attempt,
          .kind = privacy::is_handover(entry.events) ? "handed" : entry.kind,
          .stage = entry.stage,
          .events = entry.events};
}
}  // namespace

struct PlanAnswerer::Impl {
  SiteRun run;
  SiteLog& log;
  SiteState state;
  privacy::Ledger ledger;
  privacy::Accountant accountant;
  boundary::Releaser releaser;
  boundary::ShareVault vault;
  CountedRows rows;
  Parts parts;

  Impl(const SiteRun& site_run, data::Loaded&& table, SiteLog& site_log)
      : run(site_run),
        log(site_log),
        state(*run.policy, run.run_id),
        ledger(state.ledger_folder(), *run.key, run.timestamp),
        accountant(ledger, run.run_id, limits(*run.policy, *run.experiment)),
        releaser(*run.random),
        vault(state.share_folder(), *run.key, *run.random),
        rows(std::move(table.table), measure_options(run)),
        parts(run.ranks, run.experiment->transport.reply_limit) {}

  boundary::ShareVault::Slot slot(std::uint32_t round, const Digest& plan) const { return {run.run_id, round, plan}; }

  bool is_payment(const privacy::LedgerEntry& entry) const { return entry.run == run.run_id && entry.kind != "reuse"; }

  Refusal refuse(Refusal refusal) {
    log.write("refused", {{"reason", refusal.reason}});
    return refusal;
  }

  std::variant<privacy::Spend, Refusal> spend(privacy::SpendRequest request) {
    const std::uint32_t round = request.round;
    auto outcome = accountant.spend(std::move(request));
    const auto* over = std::get_if<privacy::OverBudget>(&outcome);
    if (over == nullptr) return std::get<privacy::Spend>(std::move(outcome));
    const bool per_run = over->which == privacy::OverBudget::Which::run;
    return refuse({per_run ? secagg::RefusalCode::budget_run : secagg::RefusalCode::budget_lifetime,
                   "round " + std::to_string(round) + " would cost rho " + text(over->asked) + ", but only " +
                       text(over->left) + " is left of " +
                       (per_run ? "this run's budget" : "the data set's lifetime budget")});
  }

  std::variant<boundary::NoisedShare, Refusal> reseal(const boundary::RoundPlan& plan) {
    const Digest content = boundary::content_hash(plan);
    auto share = vault.take(slot(plan.round, content));
    if (!share) {
      return refuse(
          {secagg::RefusalCode::protocol, "the coordinator asks for a stored share that this site does not hold"});
    }
    note_reuse(plan, content);
    return std::move(*share);
  }

  void note_reuse(const boundary::RoundPlan& plan, const Digest& content) {
    ledger.append({.run = run.run_id,
                   .kind = "reuse",
                   .round = plan.round,
                   .attempt = plan.attempt,
                   .stage = plan.stage,
                   .plan = content});
    log.write("reseal", {{"round", std::to_string(plan.round)}, {"attempt", std::to_string(plan.attempt)}});
  }

  privacy::SpendRequest request_for(const boundary::RoundPlan& plan, const Digest& content) const {
    return {.round = plan.round,
            .attempt = plan.attempt,
            .stage = plan.stage,
            .events = boundary::events_of(plan, run.experiment->schema.domain()),
            .plan = content};
  }

  std::vector<boundary::RawCounts> count(const boundary::RoundPlan& plan) {
    parts.ask(plan);
    return parts.add_to(rows.measure(plan));
  }

  void log_release(const char* what, const boundary::RoundPlan& plan, std::size_t words) {
    log.write(what, {{"round", std::to_string(plan.round)},
                     {"attempt", std::to_string(plan.attempt)},
                     {"stage", plan.stage},
                     {"queries", std::to_string(plan.queries.size())},
                     {"words", std::to_string(words)},
                     {"rho_spent", text(accountant.spent_in_run())}});
  }

  std::variant<boundary::NoisedShare, Refusal> release(const boundary::RoundPlan& plan) {
    const Digest content = boundary::content_hash(plan);
    auto paid = spend(request_for(plan, content));
    if (auto* refusal = std::get_if<Refusal>(&paid)) return std::move(*refusal);
    auto share = releaser.release(count(plan), std::get<privacy::Spend>(std::move(paid)));
    // With recovery a share is never sealed again, so there is nothing to keep.
    if (!run.experiment->quorum().recovers()) {
      share = vault.put(slot(plan.round, content), std::move(share));
      vault.drop_before(run.run_id, plan.round);
    }
    log_release("release", plan, share.length());
    return share;
  }

  /// Each total is opened once. The order on disk: roster and ledger, share, note that it is there. A share can have
  /// left only after the note; without it the counts may be taken again.
  std::variant<boundary::ExactShare, Refusal> open(const boundary::RoundPlan& plan) {
    const Digest content = boundary::content_hash(plan);
    if (auto stored = vault.take_exact(slot(plan.round, content))) {
      state.note_opened(plan.round);
      note_reuse(plan, content);
      return std::move(*stored);
    }
    const auto request = request_for(plan, content);
    if (state.was_opened(plan.round) || accountant.opens_again(request)) {
      return refuse({secagg::RefusalCode::protocol,
                     "the coordinator asks for exact totals of round " + std::to_string(plan.round) +
                         " that were opened before, and each is opened once; start a new run, and ask the lead why"});
    }
    auto grant = AggregateConsent(*run.policy, *run.experiment, state).give();
    if (auto* refusal = std::get_if<Refusal>(&grant)) return refuse(std::move(*refusal));
    auto paid = spend(request);
    if (auto* refusal = std::get_if<Refusal>(&paid)) return std::move(*refusal);
    auto share = releaser.open(count(plan), std::get<privacy::Spend>(std::move(paid)),
                               std::get<boundary::AggregateGrant>(std::move(grant)));
    share = vault.put(slot(plan.round, content), std::move(share));
    state.note_opened(plan.round);
    log_release("open", plan, share.length());
    return share;
  }
};

PlanAnswerer::PlanAnswerer(const SiteRun& run, data::Loaded&& loaded, SiteLog& log)
    : impl_(std::make_unique<Impl>(run, std::move(loaded), log)) {}
PlanAnswerer::~PlanAnswerer() = default;

std::optional<Refusal> PlanAnswerer::check_lifetime() const {
  privacy::Rho all;
  for (const auto& entry : impl_->ledger.entries()) all.value += entry.cost.value;
  return site::check_lifetime(*impl_->run.policy, *impl_->run.experiment, all, booked());
}

std::variant<boundary::NoisedShare, Refusal> PlanAnswerer::answer(const boundary::RoundPlan& plan) {
  if (auto refusal = check_plan(*impl_->run.policy, *impl_->run.experiment, plan)) return impl_->refuse(*refusal);
  FEDLOOM_CHECK(!plan.curator);
  return plan.reuse ? impl_->reseal(plan) : impl_->release(plan);
}

std::variant<boundary::ExactShare, Refusal> PlanAnswerer::open(const boundary::RoundPlan& plan) {
  if (auto refusal = check_plan(*impl_->run.policy, *impl_->run.experiment, plan)) return impl_->refuse(*refusal);
  FEDLOOM_CHECK(plan.curator.has_value());
  return impl_->open(plan);
}

std::variant<std::size_t, Refusal> PlanAnswerer::select(std::uint32_t round, std::uint32_t attempt,
                                                        const std::vector<boundary::Candidate>& candidates,
                                                        const privacy::ExponentialEvent& event,
                                                        const schema::Coarsening& coarsening) {
  FEDLOOM_CHECK(impl_->run.ranks == nullptr);  // scores of parts do not add up to the site's
  auto paid = impl_->spend({.round = round, .attempt = attempt, .stage = "select", .events = {event}, .plan = {}});
  if (auto* refusal = std::get_if<Refusal>(&paid)) return std::move(*refusal);
  return impl_->releaser.select(impl_->rows.over(coarsening).score(candidates),
                                std::get<privacy::Spend>(std::move(paid)));
}

PlanAnswerer::Past PlanAnswerer::past() const {
  Past past;
  for (const auto& entry : impl_->ledger.entries()) {
    if (entry.run != impl_->run.run_id || entry.round < past.round) continue;
    past.round = entry.round;
    past.attempt = entry.attempt;
    past.plan = entry.plan.value_or(Digest{});
  }
  past.share_held = past.round > 0 && impl_->vault.holds(impl_->slot(past.round, past.plan));
  return past;
}

std::vector<privacy::PublicSpend> PlanAnswerer::payments() const {
  std::vector<privacy::PublicSpend> payments;
  for (const auto& entry : impl_->ledger.entries()) {
    if (impl_->is_payment(entry)) payments.push_back(as_public(entry));
  }
  return payments;
}

std::optional<privacy::PublicSpend> PlanAnswerer::payment_for(const boundary::RoundPlan& plan) const {
  const auto& entries = impl_->ledger.entries();
  const auto paid = std::find_if(entries.rbegin(), entries.rend(), [&](const auto& entry) {
    return impl_->is_payment(entry) && entry.round == plan.round && entry.attempt == plan.attempt;
  });
  if (paid == entries.rend()) return std::nullopt;
  return as_public(*paid);
}

privacy::Rho PlanAnswerer::booked() const noexcept { return impl_->accountant.spent_in_run(); }
const privacy::LedgerHead& PlanAnswerer::head() const noexcept { return impl_->ledger.head(); }
SiteState& PlanAnswerer::state() noexcept { return impl_->state; }

void PlanAnswerer::close_books() {
  impl_->vault.drop_before(impl_->run.run_id, UINT32_MAX);
  impl_->state.drop_outbox();
  impl_->log.write("finished", {{"rho_spent", text(booked())}});
}

}  // namespace fedloom::site
