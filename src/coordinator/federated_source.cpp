#include "fedloom/coordinator/federated_source.hpp"

#include <algorithm>
#include <deque>
#include <thread>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::coordinator {
namespace {

/// How often the stop flag is looked at while waiting.
constexpr Millis poll{200};
/// Longest time for what came while nobody was waited for.
constexpr Millis drain_limit{2000};
/// After this long without an answer a person is told who is waited for.
constexpr Millis say_after{5000};

PublicSpend spend_of(const boundary::RoundPlan& plan, const char* kind, const schema::Domain& domain) {
  return {.round = plan.round,
          .attempt = plan.attempt,
          .kind = kind,
          .stage = plan.stage,
          .events = boundary::events_of(plan, domain)};
}

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

}  // namespace

struct FederatedSource::Impl {
  const config::Experiment& experiment;
  transport::Transport& transport;
  const std::atomic<bool>& stop;
  Listener listener;
  secagg::RunContext run;
  secagg::CoordinatorProtocol protocol;

  std::uint32_t session = 0;
  std::vector<secagg::Join> joined;
  double booked = 0;  ///< the most that a site may have booked
  std::optional<Instant> timer;
  std::optional<secagg::RoundSummed> summed;
  std::optional<secagg::ExactSummed> exact;
  std::optional<secagg::RoundLost> lost;
  std::optional<secagg::SessionClosed> closed;

  Impl(const config::Experiment& exp, secagg::RunContext context, transport::Transport& carrier,
       const std::atomic<bool>& stop_flag, Listener ears)
      : experiment(exp),
        transport(carrier),
        stop(stop_flag),
        listener(std::move(ears)),
        run(context),
        protocol({.roster = *exp.roster,
                  .quorum = exp.quorum(),
                  .run = std::move(context),
                  .domain = exp.schema.domain(),
                  .join_limit = exp.transport.join_limit,
                  .reply_limit = exp.transport.reply_limit,
                  .threads = std::max(1U, std::thread::hardware_concurrency())}) {}

  void step(secagg::CoordinatorEvent&& event) {
    for (auto& action : protocol.step(std::move(event), monotonic_now())) carry_out(std::move(action));
  }

  /// What a site says of its past decides what is left to spend: no more than all of it.
  void take_booked(const secagg::Join& join) {
    const auto budget = privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta);
    if (join.booked_rho > budget.value * (1 + 1e-6)) {
      const auto place = experiment.roster->index_of(join.key);
      throw PeerError("site " + experiment.roster->members().at(place.value()).id.name,
                      "says that it has booked more in this run than the run may cost",
                      "run `fedloom ledger verify` there, and start a new run");
    }
    booked = std::max(booked, join.booked_rho);
  }

  void take(transport::Envelope&& envelope) {
    if (envelope.message) {
      step(secagg::ReceivedFrom{envelope.from, std::move(*envelope.message)});
    } else {
      step(secagg::Garbled{envelope.from});
    }
  }

  void carry_out(secagg::CoordinatorAction&& action) {
    std::visit(Overloaded{
                   [&](secagg::SendTo& send) { transport.send(send.to, send.message); },
                   [&](secagg::SetCoordinatorTimer& set) { timer = set.at; },
                   [&](secagg::SessionReady& ready) {
                     session = ready.session;
                     joined = std::move(ready.joined);
                     for (const auto& join : joined) take_booked(join);
                   },
                   [&](secagg::RoundSummed& done) {
                     booked = std::max(booked, done.booked);
                     summed = std::move(done);
                   },
                   [&](secagg::ExactSummed& done) {
                     booked = std::max(booked, done.booked);
                     exact = std::move(done);
                   },
                   [&](secagg::RoundLost& done) { lost = std::move(done); },
                   [&](secagg::SiteLost& gone) {
                     if (listener.on_lost) listener.on_lost(gone.reason);
                   },
                   [&](secagg::SessionClosed& done) { closed = std::move(done); },
                   [&](secagg::Failed& failed) { throw PeerError("", failed.reason, ""); },
               },
               action);
  }

  template <class Done>
  void run_until(Done done, bool interruptible) {
    const Instant started = monotonic_now();
    Instant say_at = started + say_after;
    while (!done()) {
      Instant until = monotonic_now() + poll;
      if (timer) until = std::min(until, *timer);
      // First: a site that never stops talking must not keep deadlines from passing.
      if (timer && monotonic_now() >= *timer) {
        timer.reset();
        step(secagg::CoordinatorTimer{});
      } else if (auto envelope = transport.receive(until)) {
        take(std::move(*envelope));
      } else if (interruptible && stop.load()) {
        // Only when no message waits: mpirun sends the signal too when a site has left, and that site said why.
        throw Interrupted("stopped on a signal before the sites had joined", "start again with --resume");
      }
      if (listener.on_wait && monotonic_now() >= say_at && !done()) {
        listener.on_wait(protocol.waiting_for(), monotonic_now() - started);
        say_at = monotonic_now() + say_after;
      }
    }
  }

  /// Until the round is over, one way or another.
  void ask(boundary::RoundPlan plan) {
    summed.reset();
    exact.reset();
    lost.reset();
    take_what_has_come();
    step(secagg::StartRound{std::move(plan)});
    run_until([&] { return summed || exact || lost; }, false);
  }

  /// What came while nobody was waited for: a site that cannot go on is named before the others pay for a round.
  void take_what_has_come() {
    const Instant enough = monotonic_now() + drain_limit;
    while (monotonic_now() < enough) {
      auto envelope = transport.receive(monotonic_now());
      if (!envelope) return;
      take(std::move(*envelope));
    }
  }
};

FederatedSource::FederatedSource(const config::Experiment& experiment, std::string run_id,
                                 transport::Transport& transport, const std::atomic<bool>& stop, Listener listener)
    : impl_(std::make_unique<Impl>(experiment,
                                   secagg::RunContext{.run_id = std::move(run_id),
                                                      .config_hash = experiment.hash(),
                                                      .roster_hash = experiment.roster->fingerprint()},
                                   transport, stop, std::move(listener))) {
  impl_->step(secagg::CoordinatorStart{});
  impl_->run_until([&] { return impl_->session != 0; }, true);
}

FederatedSource::~FederatedSource() = default;

secagg::RunContext FederatedSource::context() const { return impl_->run; }

privacy::Rho FederatedSource::booked() const { return {impl_->booked}; }

bool FederatedSource::knows_all_books() const {
  // Sums of the same entries in the same order: a difference is an entry.
  const auto as_much = [this](const secagg::Join& join) { return join.booked_rho == impl_->booked; };
  return impl_->joined.size() == impl_->experiment.roster->size() && std::ranges::all_of(impl_->joined, as_much);
}

bool FederatedSource::holds(const boundary::RoundPlan& plan) const {
  if (impl_->experiment.quorum().recovers()) return false;
  const Digest content = boundary::content_hash(plan);
  return std::all_of(impl_->joined.begin(), impl_->joined.end(), [&](const secagg::Join& join) {
    return join.stored_round == plan.round && join.stored_plan == content;
  });
}

std::variant<Measured, LostRound> FederatedSource::measure(const boundary::RoundPlan& asked) {
  const auto& domain = impl_->experiment.schema.domain();
  boundary::RoundPlan plan = asked;
  plan.reuse = holds(plan);
  impl_->ask(std::move(plan));
  const auto spend = [&domain](const boundary::RoundPlan& answered, const char* kind) {
    return spend_of(answered, kind, domain);
  };
  if (impl_->lost) {
    const auto& lost = *impl_->lost;
    // Whoever has paid has not said so: count it for all.
    impl_->booked += boundary::cost_of(lost.plan, domain).value;
    return LostRound{lost.reason, spend(lost.plan, "lost")};
  }
  auto& summed = *impl_->summed;
  const auto shares = static_cast<std::uint32_t>(summed.survivors.size());
  return Measured{boundary::to_measurements(std::move(summed.total), summed.plan, domain, shares), shares,
                  spend(summed.plan, summed.plan.reuse ? "reuse" : "spend")};
}

FederatedSource::Opened FederatedSource::fetch(const boundary::RoundPlan& plan) {
  FEDLOOM_CHECK(plan.curator.has_value());
  impl_->ask(plan);
  FEDLOOM_CHECK(impl_->exact.has_value());
  auto handed = spend_of(impl_->exact->plan, "handed", impl_->experiment.schema.domain());
  return {std::move(impl_->exact->totals), std::move(handed)};
}

std::size_t FederatedSource::select(const SelectStep&, PublicSpend&) {
  // The loop selects by sketch with trust: none; nobody here could score candidates on rows.
  FEDLOOM_CHECK(!"the exponential mechanism needs rows");
  return 0;
}

ClosedBooks FederatedSource::close(bool finished, const std::vector<PublicSpend>& public_ledger) {
  impl_->step(secagg::CloseSession{finished, public_ledger});
  impl_->run_until([&] { return impl_->closed.has_value(); }, false);
  return {impl_->closed->session, std::move(impl_->closed->heads), std::move(impl_->closed->goodbyes)};
}

}  // namespace fedloom::coordinator
