#include "fedloom/site/site_runner.hpp"

#include <deque>

#include "fedloom/base/error.hpp"

namespace fedloom::site {
namespace {

/// Longest fit or sampling that a site waits for on top of what the experiment allows for replies.
constexpr Millis fit_allowance{3600000};
/// How often the stop flag is looked at.
constexpr Millis poll{200};
/// A site joins 1, 2, 4, 8, … times this many ticks after its start: the time to read the table must hardly show.
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

/// What Join says of this site's past in the run.
secagg::Join resume_facts(PlanAnswerer& answerer) {
  secagg::Join join;
  const auto past = answerer.past();
  join.last_session = answerer.state().last_session();
  join.booked_rho = answerer.booked().value;
  join.head = answerer.head();
  if (past.share_held) {
    join.stored_round = past.round;
    join.stored_plan = past.plan;
  }
  return join;
}

class Session {
 public:
  Session(const SiteRun& run, PlanAnswerer& answerer, SiteLog& log, transport::Transport& transport,
          const std::atomic<bool>& stop)
      : run_(run),
        answerer_(answerer),
        log_(log),
        transport_(transport),
        stop_(stop),
        wait_limit_(longest_silence(*run.experiment)),
        protocol_({.key = run.key,
                   .random = run.random,
                   .roster = *run.experiment->roster,
                   .quorum = run.experiment->quorum(),
                   .run = context_of(run),
                   .resume = resume_facts(answerer),
                   .booked = answerer.payments(),
                   .tick = run.experiment->transport.tick,
                   .wait_limit = wait_limit_,
                   .domain = run.experiment->schema.domain()}) {}

  SiteResult drive() {
    events_.emplace_back(secagg::Start{});
    while (!result_) {
      if (events_.empty()) events_.push_back(wait());
      secagg::SiteEvent event = std::move(events_.front());
      events_.pop_front();
      for (auto& action : protocol_.step(std::move(event), monotonic_now())) carry_out(std::move(action));
    }
    return *result_;
  }

 private:
  void carry_out(secagg::SiteAction&& action) {
    std::visit(
        Overloaded{
            [&](secagg::SendToCoordinator& send) { transport_.send(transport::coordinator_endpoint, send.message); },
            [&](secagg::SetTimer& timer) { timer_ = timer.at; },
            [&](secagg::StoreSession& session) { answerer_.state().store_session(session.session); },
            [&](secagg::Prepare& asked) { events_.push_back(prepare(asked.plan)); },
            [&](secagg::StoreSealed& sealed) {
              answerer_.state().store_sealed(sealed.context, sealed.announcement, sealed.share);
              audit(AuditKind::answered, sealed.announcement.id, "", answerer_.booked());
              events_.emplace_back(secagg::SealStored{});
            },
            [&](secagg::SendSealed& stored) {
              answerer_.state().read_sealed(stored.context, [this](const secagg::Message& message) {
                transport_.send(transport::coordinator_endpoint, message);
              });
            },
            [&](secagg::StoreDecision& decision) {
              answerer_.state().store_decision(decision.context, decision.agreement);
              events_.emplace_back(secagg::DecisionStored{});
            },
            [&](secagg::StoreHeads& heads) { answerer_.state().store_heads(heads.heads); },
            [&](secagg::SiteFinished& finished) {
              if (finished.complete) answerer_.close_books();
              result_ = {finished.complete ? SiteOutcome::finished : SiteOutcome::stopped, "", {}};
            },
            [&](secagg::SiteAborted& aborted) {
              log_.write("aborted", {{"reason", aborted.reason}});
              result_ = {SiteOutcome::aborted, aborted.reason, aborted.refusal};
            },
        },
        action);
  }

  secagg::SiteEvent prepare(const boundary::RoundPlan& plan) {
    return plan.curator ? prepared(plan, answerer_.open(plan)) : prepared(plan, answerer_.answer(plan));
  }

  template <class Share>
  secagg::SiteEvent prepared(const boundary::RoundPlan& plan, std::variant<Share, Refusal>&& answer) {
    if (const auto* refusal = std::get_if<Refusal>(&answer)) {
      audit(AuditKind::refused, {.round = plan.round, .attempt = plan.attempt}, refusal->reason, std::nullopt);
      return secagg::PlanRefused{refusal->code};
    }
    return secagg::SharePrepared{std::get<Share>(std::move(answer)), answerer_.head(), answerer_.booked().value,
                                 answerer_.payment_for(plan)};
  }

  /// An answer is noted before it is sent: its bytes are on disk by then, and wait for the public tick.
  void audit(AuditKind kind, const secagg::RoundId& id, const std::string& reason, std::optional<privacy::Rho> rho) {
    if (run_.audit == nullptr) return;
    run_.audit->write({.kind = kind,
                       .run = run_.run_id,
                       .session = id.session,
                       .round = id.round,
                       .attempt = id.attempt,
                       .reason = reason,
                       .rho = rho,
                       .sent = {}});
  }

  secagg::SiteEvent wait() {
    for (;;) {
      const Instant now = monotonic_now();
      if (stop_.load()) {
        // The coordinator was told to stop as well, and closes the session after the round or fit it is in.
        if (!leave_at_) leave_at_ = now + wait_limit_;
        if (now >= *leave_at_) return secagg::StopRequested{};
      }
      // First: a coordinator that never stops talking must not keep it from firing.
      if (timer_ && now >= *timer_) {
        timer_.reset();
        return secagg::TimerFired{};
      }
      Instant until = now + poll;
      if (timer_) until = std::min(until, *timer_);
      // Until the public tick not even a broken connection or broken bytes are noticed.
      if (protocol_.is_silent()) {
        sleep_until(until);
      } else if (auto envelope = transport_.receive(until)) {
        if (envelope->lost) {
          throw PeerError("the coordinator", "was lost", "see its own log, then start the run again with --resume");
        }
        if (!envelope->message) {
          throw PeerError("the coordinator", "sent bytes that are no message of this protocol",
                          "check that all programs are of the same version");
        }
        return secagg::Received{std::move(*envelope->message)};
      }
    }
  }

  const SiteRun& run_;
  PlanAnswerer& answerer_;
  SiteLog& log_;
  transport::Transport& transport_;
  const std::atomic<bool>& stop_;
  Millis wait_limit_;
  secagg::SiteProtocol protocol_;
  std::deque<secagg::SiteEvent> events_;
  std::optional<Instant> timer_;
  std::optional<Instant> leave_at_;
  std::optional<SiteResult> result_;
};

}  // namespace

std::optional<Refusal> check_before_joining(const SiteRun& run) {
  if (auto refusal = check_experiment(*run.policy, *run.experiment)) return refusal;
  const std::string policy = run.policy->file.string();
  if (run.experiment->roster) {
    const auto index = run.experiment->roster->index_of(run.key->public_key());
    if (!index || run.experiment->roster->members()[*index].id != run.policy->site) {
      return Refusal{secagg::RefusalCode::roster,
                     policy + ": key: this key does not belong to site '" + run.policy->site.name +
                         "' of the roster; send the lead the public key that keygen printed"};
    }
  }
  if (!run.policy->approve_automatic && !is_approved(*run.policy, run.experiment->hash())) {
    return Refusal{secagg::RefusalCode::policy,
                   policy +
                       ": approve: manual: nobody here has approved this experiment yet; read it, then run "
                       "`fedloom-site check " +
                       policy + " " + run.experiment->file.string() + " --approve`"};
  }
  return std::nullopt;
}

void refuse_to_join(const SiteRun& run, secagg::RefusalCode code, transport::Transport& transport) {
  transport.send(transport::coordinator_endpoint, secagg::make_refusal(*run.key, context_of(run), code));
}

AuditKind audit_kind(const SiteResult& result) noexcept {
  switch (result.outcome) {
    case SiteOutcome::finished:
      return AuditKind::finished;
    case SiteOutcome::stopped:
      return AuditKind::stopped;
    case SiteOutcome::aborted:
      break;
  }
  if (!result.refusal) return AuditKind::aborted;
  switch (*result.refusal) {
    case secagg::RefusalCode::stopping:
      return AuditKind::stopped;
    case secagg::RefusalCode::withdrew:
      return AuditKind::withdrew;
    default:
      return AuditKind::refused;
  }
}

Millis longest_silence(const config::Experiment& experiment) noexcept {
  return experiment.transport.join_limit + experiment.transport.reply_limit + fit_allowance;
}

void wait_for_join_tick(const config::Experiment& experiment, Instant started) {
  const Instant now = monotonic_now();
  Millis wait = experiment.transport.tick * join_ticks;
  if (wait.count() <= 0) return;
  while (started + wait < now) wait *= 2;
  sleep_until(started + wait);
}

SiteResult run_site(const SiteRun& run, PlanAnswerer& answerer, SiteLog& log, transport::Transport& transport,
                    const std::atomic<bool>& stop, Instant started) {
  wait_for_join_tick(*run.experiment, started);
  return Session(run, answerer, log, transport, stop).drive();
}

}  // namespace fedloom::site
