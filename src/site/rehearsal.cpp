#include "fedloom/site/rehearsal.hpp"

#include <functional>
#include <mutex>
#include <thread>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/site/site_runner.hpp"
#include "fedloom/transport/in_process.hpp"

namespace fedloom::site {
namespace {

constexpr Millis patience{120000};
constexpr const char* run_id = "dry-run";

/// The coordinator's half of a session with one round.
class RehearsedCoordinator {
 public:
  RehearsedCoordinator(const config::Experiment& experiment, transport::Transport& transport)
      : domain_(experiment.schema.domain()),
        transport_(transport),
        protocol_({.roster = *experiment.roster,
                   .quorum = experiment.quorum(),
                   .run = {.run_id = run_id,
                           .config_hash = experiment.hash(),
                           .roster_hash = experiment.roster->fingerprint()},
                   .domain = domain_,
                   .join_limit = patience,
                   .reply_limit = patience}) {}

  /// What was measured; nothing where the plan asks for exact totals.
  std::vector<boundary::Measurement> conduct(const boundary::RoundPlan& plan) {
    step(secagg::CoordinatorStart{});
    until([this] { return ready_; });
    step(secagg::StartRound{plan});
    until([this] { return answered_.has_value(); });
    step(secagg::CloseSession{true, {*answered_}});
    until([this] { return closed_; });
    return std::move(measured_);
  }

 private:
  void step(secagg::CoordinatorEvent&& event) {
    for (auto& action : protocol_.step(std::move(event), monotonic_now())) {
      if (auto* send = std::get_if<secagg::SendTo>(&action)) transport_.send(send->to, send->message);
      if (auto* summed = std::get_if<secagg::RoundSummed>(&action)) {
        answered_ = listed(summed->plan, "spend");
        measured_ = boundary::to_measurements(std::move(summed->total), summed->plan, domain_,
                                              static_cast<std::uint32_t>(summed->survivors.size()));
      }
      if (const auto* summed = std::get_if<secagg::ExactSummed>(&action)) answered_ = listed(summed->plan, "handed");
      if (const auto* failed = std::get_if<secagg::Failed>(&action)) throw RefusedError("", failed->reason, "");
      ready_ = ready_ || std::holds_alternative<secagg::SessionReady>(action);
      closed_ = closed_ || std::holds_alternative<secagg::SessionClosed>(action);
    }
  }

  privacy::PublicSpend listed(const boundary::RoundPlan& plan, const char* kind) const {
    return {.round = plan.round,
            .attempt = plan.attempt,
            .kind = kind,
            .stage = plan.stage,
            .events = boundary::events_of(plan, domain_)};
  }

  void until(const std::function<bool()>& done) {
    const Instant deadline = monotonic_now() + patience;
    while (!done()) {
      auto envelope = transport_.receive(deadline);
      if (!envelope) throw EnvironmentError("dry-run", "the rehearsal did not end in time", "try a smaller plan");
      if (envelope->message) {
        step(secagg::ReceivedFrom{envelope->from, std::move(*envelope->message)});
      } else {
        step(secagg::Garbled{envelope->from});
      }
    }
  }

  schema::Domain domain_;
  transport::Transport& transport_;
  secagg::CoordinatorProtocol protocol_;
  std::optional<privacy::PublicSpend> answered_;
  std::vector<boundary::Measurement> measured_;
  bool ready_ = false, closed_ = false;
};

/// The experiment with the same sites under keys that nobody else has.
struct Cast {
  explicit Cast(const config::Experiment& original) : experiment(original) {
    std::vector<Member> members;
    for (const auto& member : original.roster->members()) {
      keys.push_back(SigningKey::generate());
      members.push_back({member.id, keys.back().public_key()});
    }
    experiment.roster = Roster(std::move(members));
    experiment.transport.tick = Millis(1);
  }
  config::Experiment experiment;
  std::vector<SigningKey> keys;  ///< in roster order
};

class Rehearsal {
 public:
  Rehearsal(const config::SitePolicy& policy, const config::Experiment& experiment,
            const std::filesystem::path& scratch)
      : policy_(policy), scratch_(scratch), cast_(experiment), hub_(cast_.keys.size() + 1) {
    const auto self = cast_.experiment.roster->index_of(policy.site);
    if (!self) throw RefusedError("", "site '" + policy.site.name + "' is not in the experiment's roster", "");
    self_ = *self;
    hub_.on_send([this](transport::Endpoint from, transport::Endpoint, ByteView bytes) {
      const std::lock_guard guard(lock_);
      if (from != self_ + 1) return;
      done_.messages.push_back(secagg::decode(bytes).value());
      done_.bytes.push_back(bytes.size());
    });
  }

  /// Rows of each site, in the roster's order.
  Rehearsed play(const boundary::RoundPlan& plan, std::vector<data::Loaded>&& tables) {
    // Connected before any of them speaks, so that nobody is taken for gone.
    std::vector<std::unique_ptr<transport::Transport>> ends;
    for (std::size_t end = 0; end <= cast_.keys.size(); ++end) {
      ends.push_back(hub_.connect(static_cast<transport::Endpoint>(end)));
    }
    {
      std::vector<std::jthread> sites;
      for (std::size_t place = 0; place < cast_.keys.size(); ++place) {
        sites.emplace_back([this, place, rows = std::move(tables[place]), &end = ends[place + 1]]() mutable {
          serve(place, std::move(rows), *end);
        });
      }
      try {
        done_.measured = RehearsedCoordinator(cast_.experiment, *ends[0]).conduct(plan);
      } catch (...) {
        stop_ = true;
        ends[0].reset();
        throw;
      }
    }
    if (!refused_.empty()) throw RefusedError("", refused_, "");
    return std::move(done_);
  }

 private:
  void serve(std::size_t place, data::Loaded&& rows, transport::Transport& transport) {
    config::SitePolicy policy = policy_;
    policy.site = cast_.experiment.roster->members()[place].id;
    policy.state = scratch_ / policy.site.name;
    privacy::SecureRandom random;
    const SiteRun run{.policy = &policy,
                      .experiment = &cast_.experiment,
                      .key = &cast_.keys[place],
                      .run_id = run_id,
                      .random = &random,
                      .threads = 1};
    try {
      SiteLog log(scratch_, policy.site.name);
      PlanAnswerer answerer(run, std::move(rows), log);
      const SiteResult result = run_site(run, answerer, log, transport, stop_, monotonic_now());
      if (result.outcome != SiteOutcome::finished) refuse(result.reason);
    } catch (const Error& error) {
      refuse(error.what());
    }
  }

  void refuse(const std::string& reason) {
    const std::lock_guard guard(lock_);
    if (refused_.empty()) refused_ = reason;
  }

  const config::SitePolicy& policy_;
  std::filesystem::path scratch_;
  Cast cast_;
  transport::InProcessHub hub_;
  std::size_t self_ = 0;
  std::atomic<bool> stop_{false};
  std::mutex lock_;  ///< guards the two below
  Rehearsed done_;
  std::string refused_;
};

}  // namespace

Rehearsed rehearse(const config::SitePolicy& policy, const config::Experiment& experiment,
                   const boundary::RoundPlan& plan, std::vector<data::Loaded>&& tables,
                   const std::filesystem::path& scratch) {
  if (!experiment.roster) throw RefusedError("", "with one owner nothing leaves: there is no wire to rehearse", "");
  FEDLOOM_CHECK(tables.size() == experiment.roster->size());
  return Rehearsal(policy, experiment, scratch).play(plan, std::move(tables));
}

Rehearsed rehearse(const config::SitePolicy& policy, const config::Experiment& experiment,
                   const boundary::RoundPlan& plan, data::Loaded&& table, const std::filesystem::path& scratch) {
  std::vector<data::Loaded> tables;
  for (std::size_t place = 0; experiment.roster && place < experiment.roster->size(); ++place) {
    const bool own = experiment.roster->members()[place].id == policy.site;
    tables.push_back(own ? std::move(table) : data::Loaded{data::Table(experiment.schema.domain()), {}});
  }
  return rehearse(policy, experiment, plan, std::move(tables), scratch);
}

}  // namespace fedloom::site
