// Whole sites with their policies, tables and disks, and a coordinator that lies on the way to one of them: the lie is
// refused, and the custodian finds a signed entry in the audit log.

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "fedloom/secagg/coordinator_protocol.hpp"
#include "fedloom/site/site_runner.hpp"
#include "fedloom/transport/in_process.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

using namespace secagg;
constexpr std::size_t victim = 0;

/// Plays one round and the end; gives up when a site refuses.
class LyingCoordinator {
 public:
  LyingCoordinator(const SiteWorld& world, transport::Transport& transport, std::function<void(Message&)> lie)
      : transport_(transport),
        lie_(std::move(lie)),
        protocol_({.roster = *world.experiment.roster,
                   .quorum = world.experiment.quorum(),
                   .run = {.run_id = "run-1",
                           .config_hash = world.experiment.hash(),
                           .roster_hash = world.experiment.roster->fingerprint()},
                   .domain = world.experiment.schema.domain(),
                   .join_limit = Millis(20000),
                   .reply_limit = Millis(20000)}) {}

  /// Why the run failed; empty when it came to its end.
  std::string run(const boundary::RoundPlan& plan, const schema::Domain& domain) {
    step(CoordinatorStart{});
    until([this] { return ready_; });
    if (!over()) step(StartRound{plan});
    until([this] { return summed_; });
    const std::vector<privacy::PublicSpend> spends{
        {.round = plan.round, .kind = "spend", .stage = plan.stage, .events = events_of(plan, domain)}};
    if (!over()) step(CloseSession{true, spends});
    until([this] { return closed_; });
    return failure_;
  }
  bool summed() const { return summed_; }

 private:
  bool over() const { return !failure_.empty(); }
  void step(CoordinatorEvent&& event) {
    for (auto& action : protocol_.step(std::move(event), monotonic_now())) {
      if (auto* send = std::get_if<SendTo>(&action)) {
        if (send->to == victim + 1) lie_(send->message);
        transport_.send(send->to, send->message);
      }
      if (const auto* failed = std::get_if<Failed>(&action)) failure_ = failed->reason;
      ready_ = ready_ || std::holds_alternative<SessionReady>(action);
      summed_ = summed_ || std::holds_alternative<RoundSummed>(action);
      closed_ = closed_ || std::holds_alternative<SessionClosed>(action);
    }
  }
  void until(const std::function<bool()>& done) {
    while (!done() && !over()) {
      auto envelope = transport_.receive(monotonic_now() + Millis(20000));
      if (!envelope || !envelope->message) throw std::runtime_error("the session did not go on");
      step(ReceivedFrom{envelope->from, std::move(*envelope->message)});
    }
  }

  transport::Transport& transport_;
  std::function<void(Message&)> lie_;
  CoordinatorProtocol protocol_;
  std::string failure_;
  bool ready_ = false, summed_ = false, closed_ = false;
};

struct Outcome {
  std::string failure;  ///< at the coordinator
  bool summed = false;
  site::SiteResult victim;
  std::vector<site::AuditLine> audit;  ///< of the victim, verified
};

Outcome run_with(const std::function<void(Message&)>& lie) {
  const SiteWorld world;
  transport::InProcessHub hub(4);
  std::vector<std::unique_ptr<transport::Transport>> ends;
  for (transport::Endpoint end = 0; end < 4; ++end) ends.push_back(hub.connect(end));
  Outcome outcome;
  const std::atomic<bool> stop{false};
  {
    std::vector<std::jthread> threads;
    for (std::size_t place = 0; place < world.sites(); ++place) {
      threads.emplace_back([&, place] {
        const auto key = SiteWorld::key(place);
        SplitMixRandom random(1000 + place);
        site::SiteLog log(world.folder.path(), "site" + std::to_string(place));
        const auto run = world.run(place, key, random);
        site::AuditLog audit(world.policies[place], key, fixed_timestamp);
        site::PlanAnswerer answerer(run, world.table(place, 90), log);
        const auto result = site::run_site(run, answerer, log, *ends[place + 1], stop, monotonic_now());
        audit.write(
            {.kind = site::audit_kind(result), .run = run.run_id, .reason = result.reason, .rho = {}, .sent = {}});
        if (place == victim) outcome.victim = result;
      });
    }
    LyingCoordinator coordinator(world, *ends[0], lie);
    outcome.failure = coordinator.run(world.plan(1), world.experiment.schema.domain());
    outcome.summed = coordinator.summed();
  }
  outcome.audit =
      site::verify_audit(site::audit_folder(world.policies[victim]), SiteWorld::key(victim).public_key()).lines;
  return outcome;
}

/// On the way to the victim, and only there.
template <class T>
std::function<void(Message&)> lie_in(std::function<void(T&)> how) {
  return [how](Message& message) {
    if (auto* found = std::get_if<T>(&message)) how(*found);
  };
}

TEST(AuditOfLies, AnHonestCoordinatorLeavesNoRefusal) {
  const Outcome outcome = run_with([](Message&) {});
  EXPECT_EQ(outcome.failure, "");
  EXPECT_TRUE(outcome.summed);
  ASSERT_EQ(outcome.audit.size(), 1u);
  EXPECT_EQ(outcome.audit[0].event.kind, site::AuditKind::finished);
}

TEST(AuditOfLies, EachLieIsRefusedWithASignedEntry) {
  const struct {
    const char* name;
    std::function<void(Message&)> lie;
    RefusalCode code;
    const char* word;  ///< in the entry
  } lies[] = {
      {"another configuration", lie_in<OpenSession>([](OpenSession& m) { m.run.config_hash[0] ^= 1; }),
       RefusalCode::configuration, "another experiment"},
      {"two sites' keys exchanged",
       lie_in<KeyList>([](KeyList& m) { std::swap(m.keys[1].session_key, m.keys[2].session_key); }),
       RefusalCode::protocol, "not signed by it"},
      {"a short list", lie_in<KeyList>([](KeyList& m) { m.keys.pop_back(); }), RefusalCode::roster, "at least 3"},
      {"noise counted on that nobody adds", lie_in<PlanMessage>([](PlanMessage& m) { m.plan.contributors = 3; }),
       RefusalCode::protocol, "counts on the noise of 3"},
      {"noise so low that the grid shows", lie_in<PlanMessage>([](PlanMessage& m) {
         m.plan.queries[0].site_noise = {.variance_num = 1, .variance_shift = 0, .grid_bits = 0};
       }),
       RefusalCode::protocol, "protocol"},
      {"noise that the policy's budget cannot pay", lie_in<PlanMessage>([](PlanMessage& m) {
         for (auto& planned : m.plan.queries) planned.site_noise = privacy::noise_scale_at_least(1.0 / 64);
       }),
       RefusalCode::budget_run, "budget per run"},
      {"entities so large that the budget cannot pay",
       lie_in<PlanMessage>([](PlanMessage& m) { m.plan.entity_rows = 7; }), RefusalCode::budget_run, "budget per run"},
      {"a column outside the schema",
       lie_in<PlanMessage>([](PlanMessage& m) { m.plan.queries[0].query.marginal = {9}; }), RefusalCode::protocol,
       "does not fit the schema"},
      {"a share that is not there", lie_in<PlanMessage>([](PlanMessage& m) { m.plan.reuse = true; }),
       RefusalCode::protocol, "protocol"},
      {"a smaller public ledger", lie_in<CloseRun>([](CloseRun& m) { m.public_ledger.clear(); }), RefusalCode::protocol,
       "leaves out"},
      {"a forged ledger head", lie_in<CloseRun>([](CloseRun& m) { m.heads[1].head.hash[0] ^= 1; }),
       RefusalCode::protocol, "ledger heads"},
  };
  for (const auto& [name, lie, code, word] : lies) {
    SCOPED_TRACE(name);
    const Outcome outcome = run_with(lie);
    EXPECT_NE(outcome.failure.find("site0"), std::string::npos) << outcome.failure;
    EXPECT_EQ(outcome.victim.outcome, site::SiteOutcome::aborted);
    EXPECT_EQ(outcome.victim.refusal, code) << outcome.victim.reason;
    ASSERT_EQ(outcome.audit.size(), 1u);
    EXPECT_EQ(outcome.audit[0].event.kind, site::AuditKind::refused);
    EXPECT_EQ(outcome.audit[0].event.run, "run-1");
    EXPECT_NE(outcome.audit[0].event.reason.find(word), std::string::npos) << outcome.audit[0].event.reason;
  }
}

TEST(AuditOfLies, AnEndThatTheCoordinatorGaveIsNoRefusal) {
  using site::AuditKind, site::SiteOutcome;
  EXPECT_EQ(site::audit_kind({SiteOutcome::aborted, "the coordinator ended the run", {}}), AuditKind::aborted);
  EXPECT_EQ(site::audit_kind({SiteOutcome::aborted, "asked to stop", RefusalCode::stopping}), AuditKind::stopped);
  EXPECT_EQ(site::audit_kind({SiteOutcome::aborted, "withdrew", RefusalCode::withdrew}), AuditKind::withdrew);
  EXPECT_EQ(site::audit_kind({SiteOutcome::stopped, "", {}}), AuditKind::stopped);
}

}  // namespace
}  // namespace fedloom::test
