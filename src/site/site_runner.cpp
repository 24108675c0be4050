#include "fedloom/site/site_runner.hpp"

#include <deque>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/boundary/release.hpp"
#include "fedloom/boundary/share_vault.hpp"
#include "fedloom/measure/measure.hpp"
#include "fedloom/privacy/accountant.hpp"

namespace fedloom::site {
namespace {

/// How long a stopped site waits for the coordinator to close the session in good order.
constexpr Millis stop_grace{10000};
/// How often the stop flag is looked at.
constexpr Millis poll{200};
/// A site joins at a multiple of this many ticks after its start, so that the time to read the table does not show.
constexpr int join_ticks = 4;

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

secagg::RunContext context_of(const SiteRun& run) {
  return {.run_id = run.run_id,
          .config_hash = run.experiment->hash(),
          .roster_hash = run.experiment->roster->fingerprint()};
}

std::string text(privacy::Rho rho) { return std::to_string(rho.value); }

}  // namespace

std::optional<Refusal> check_before_joining(const SiteRun& run) {
  if (auto refusal = check_experiment(*run.policy, *run.experiment)) return refusal;
  const auto index = run.experiment->roster->index_of(run.key->public_key());
  if (!index || run.experiment->roster->members()[*index].id != run.policy->site) {
    return Refusal{secagg::RefusalCode::roster,
                   run.policy->file.string() + ": key: this key does not belong to site '" + run.policy->site.name +
                       "' in the roster; send the lead the public key that keygen printed"};
  }
  if (!run.policy->approve_automatic && !is_approved(*run.policy, run.experiment->hash())) {
    return Refusal{secagg::RefusalCode::policy,
                   run.policy->file.string() + ": approve: manual: nobody has approved this experiment here yet; read it, then run `fedloom-site check " +
                       run.policy->file.string() + " " + run.experiment->file.string() + " --approve`"};
  }
  return std::nullopt;
}

struct SiteRunner::Impl {
  SiteRun run;
  data::Loaded loaded;
  SiteLog& log;
  SiteState state;
  privacy::Ledger ledger;
  privacy::Accountant accountant;
  boundary::Releaser releaser;
  boundary::ShareVault vault;
  Instant started = monotonic_now();

  Impl(SiteRun&& site_run, data::Loaded&& table, SiteLog& site_log)
      : run(std::move(site_run)),
        loaded(std::move(table)),
        log(site_log),
        state(*run.policy, run.run_id),
        ledger(state.ledger_folder(), *run.key, run.timestamp),
        accountant(ledger, run.run_id, limits(*run.policy, *run.experiment)),
        releaser(*run.random.noise),
        vault(state.share_folder(), *run.key, *run.random.noise) {}

  boundary::ShareVault::Slot slot(std::uint32_t round, const Digest& plan) const { return {run.run_id, round, plan}; }

  /// What this site remembers of the run's past: the newest round it booked, and whether it still has the share.
  secagg::Join past() const {
    secagg::Join join;
    join.last_session = state.last_session();
    join.booked_rho = accountant.spent_in_run().value;
    join.head = ledger.head();
    for (const auto& entry : ledger.entries()) {
      if (entry.run != run.run_id || entry.round < join.stored_round) continue;
      join.stored_round = entry.round;
      join.stored_attempt = entry.attempt;
      if (entry.plan) join.stored_plan = *entry.plan;
    }
    if (!vault.holds(slot(join.stored_round, join.stored_plan))) {
      join.stored_round = 0;
      join.stored_plan = {};
    }
    return join;
  }

  using Prepared = std::variant<secagg::SharePrepared, secagg::PlanRefused>;

  Prepared refuse(const Refusal& refusal) {
    log.write("refused", {{"reason", refusal.reason}});
    return secagg::PlanRefused{refusal.code};
  }

  Prepared reseal(const boundary::RoundPlan& plan) {
    auto share = vault.take(slot(plan.round, boundary::content_hash(plan)));
    if (!share) {
      return refuse({secagg::RefusalCode::protocol, "the coordinator asks for a stored share that this site does not hold"});
    }
    ledger.append({.run = run.run_id, .kind = "reuse", .round = plan.round, .attempt = plan.attempt, .stage = plan.stage,
                   .plan = boundary::content_hash(plan)});
    log.write("reseal", {{"round", std::to_string(plan.round)}, {"attempt", std::to_string(plan.attempt)}});
    return secagg::SharePrepared{std::move(*share), ledger.head(), accountant.spent_in_run().value};
  }

  Prepared release(const boundary::RoundPlan& plan) {
    const Digest content = boundary::content_hash(plan);
    auto outcome = accountant.spend({.round = plan.round, .attempt = plan.attempt, .stage = plan.stage,
                                     .events = boundary::events_of(plan, run.experiment->schema.domain()),
                                     .plan = content});
    if (const auto* over = std::get_if<privacy::OverBudget>(&outcome)) {
      const bool per_run = over->which == privacy::OverBudget::Which::run;
      return refuse({per_run ? secagg::RefusalCode::budget_run : secagg::RefusalCode::budget_lifetime,
                     "round " + std::to_string(plan.round) + " would cost rho " + text(over->asked) + ", only " +
                         text(over->left) + (per_run ? " is left of this run's budget" : " is left of the data set's lifetime budget")});
    }
    std::vector<schema::Query> queries;
    for (const auto& planned : plan.queries) queries.push_back(planned.query);
    auto raw = measure::measure(loaded.table, queries,
                                {.threads = run.threads, .entity_rows = run.policy->max_rows * run.policy->max_sites});
    auto share = releaser.release(std::move(raw), std::get<privacy::Spend>(std::move(outcome)));
    share = vault.put(slot(plan.round, content), std::move(share));
    vault.drop_before(run.run_id, plan.round);
    log.write("release", {{"round", std::to_string(plan.round)},
                          {"attempt", std::to_string(plan.attempt)},
                          {"stage", plan.stage},
                          {"queries", std::to_string(plan.queries.size())},
                          {"words", std::to_string(share.length())},
                          {"rho_spent", text(accountant.spent_in_run())}});
    return secagg::SharePrepared{std::move(share), ledger.head(), accountant.spent_in_run().value};
  }

  Prepared prepare(const boundary::RoundPlan& plan) {
    if (auto refusal = check_plan(*run.policy, *run.experiment, plan)) return refuse(*refusal);
    return plan.reuse ? reseal(plan) : release(plan);
  }

  struct Turn {
    std::deque<secagg::SiteEvent> events;
    std::optional<Instant> timer;
    std::optional<SiteResult> result;
  };

  void carry_out(secagg::SiteAction&& action, transport::Transport& transport, Turn& turn) {
    std::visit(Overloaded{
                   [&](secagg::SendToCoordinator& send) { transport.send(transport::coordinator_endpoint, send.message); },
                   [&](secagg::SetTimer& timer) { turn.timer = timer.at; },
                   [&](secagg::StoreSession& session) { state.store_session(session.session); },
                   [&](secagg::Prepare& asked) {
                     std::visit([&](auto&& prepared) { turn.events.emplace_back(std::move(prepared)); }, prepare(asked.plan));
                   },
                   [&](secagg::StoreSealed& sealed) {
                     state.store_sealed(sealed.context, sealed.bytes);
                     turn.events.emplace_back(secagg::SealStored{});
                   },
                   [&](secagg::StoreHeads& heads) { state.store_heads(heads.heads); },
                   [&](secagg::SiteFinished& finished) {
                     if (finished.complete) close_books();
                     turn.result = SiteResult{finished.complete ? SiteOutcome::finished : SiteOutcome::stopped, "", {}};
                   },
                   [&](secagg::SiteAborted& aborted) {
                     log.write("aborted", {{"reason", aborted.reason}});
                     turn.result = SiteResult{SiteOutcome::aborted, aborted.reason, aborted.refusal};
                   },
               },
               action);
  }

  /// After a complete run the stored shares and sealed bytes are of no more use.
  void close_books() {
    vault.drop_before(run.run_id, UINT32_MAX);
    state.drop_outbox();
    log.write("finished", {{"rho_spent", text(accountant.spent_in_run())}});
  }

  secagg::SiteEvent wait(transport::Transport& transport, Turn& turn) {
    std::optional<Instant> leave_at;
    for (;;) {
      const Instant now = monotonic_now();
      if (run.stop != nullptr && run.stop->load()) {
        if (!leave_at) leave_at = now + stop_grace;
        if (now >= *leave_at) return secagg::StopRequested{};
      }
      Instant until = now + poll;
      if (turn.timer) until = std::min(until, *turn.timer);
      if (auto envelope = transport.receive(until)) {
        if (!envelope->message) throw PeerError("the coordinator", "sent bytes that are no message of this protocol", "check that all programs are of the same version");
        return secagg::Received{std::move(*envelope->message)};
      }
      if (turn.timer && monotonic_now() >= *turn.timer) {
        turn.timer.reset();
        return secagg::TimerFired{};
      }
    }
  }

  /// Joining at a public tick: how long the table took to read is private.
  void wait_for_join_tick() const {
    const Millis step = run.experiment->transport.tick * join_ticks;
    if (step.count() <= 0) return;
    const auto passed = monotonic_now() - started;
    const auto ticks = passed / step + 1;
    sleep_until(started + ticks * step);
  }

  SiteResult drive(transport::Transport& transport) {
    secagg::SiteProtocol protocol({.key = run.key,
                                   .random = run.random.keys,
                                   .roster = *run.experiment->roster,
                                   .run = context_of(run),
                                   .resume = past(),
                                   .tick = run.experiment->transport.tick});
    Turn turn;
    turn.events.emplace_back(secagg::Start{});
    while (!turn.result) {
      if (turn.events.empty()) turn.events.push_back(wait(transport, turn));
      secagg::SiteEvent event = std::move(turn.events.front());
      turn.events.pop_front();
      for (auto& action : protocol.step(std::move(event), monotonic_now())) carry_out(std::move(action), transport, turn);
    }
    return *turn.result;
  }
};

SiteRunner::SiteRunner(SiteRun run, data::Loaded&& loaded, SiteLog& log)
    : impl_(std::make_unique<Impl>(std::move(run), std::move(loaded), log)) {}
SiteRunner::~SiteRunner() = default;

SiteResult SiteRunner::run(transport::Transport& transport) {
  impl_->wait_for_join_tick();
  return impl_->drive(transport);
}

void refuse_to_join(const SiteRun& run, secagg::RefusalCode code, transport::Transport& transport) {
  transport.send(transport::coordinator_endpoint, secagg::make_refusal(*run.key, context_of(run), code));
}

}  // namespace fedloom::site
