// Two neighbouring tables, the same test generators: every byte that leaves a site, its length and its order are the
// same outside the masked words, their digests and the signature over those. The site's whole program, on threads; for
// lost sites, retries and ticks see recovery_interference_test.cpp.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <thread>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/secagg/coordinator_protocol.hpp"
#include "fedloom/site/site_runner.hpp"
#include "fedloom/transport/in_process.hpp"
#include "masked_words.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

using Transcript = std::vector<Bytes>;

struct Outcome {
  Transcript sent_by_first_site;
  std::vector<boundary::Measurement> measured;
};

/// The coordinator's side of one session with the given rounds.
class TestCoordinator {
 public:
  TestCoordinator(const SiteWorld& world, transport::Transport& transport)
      : world_(world),
        transport_(transport),
        protocol_({.roster = *world.experiment.roster,
                   .quorum = world.experiment.quorum(),
                   .run = {.run_id = "run-1",
                           .config_hash = world.experiment.hash(),
                           .roster_hash = world.experiment.roster->fingerprint()},
                   .domain = world.experiment.schema.domain(),
                   .join_limit = Millis(20000),
                   .reply_limit = Millis(20000)}) {}

  std::vector<boundary::Measurement> run(const std::vector<boundary::RoundPlan>& plans) {
    std::vector<boundary::Measurement> measured;
    step(secagg::CoordinatorStart{});
    until([&] { return ready_; });
    const auto shares = static_cast<std::uint32_t>(world_.sites());
    std::vector<privacy::PublicSpend> spends;
    for (const auto& plan : plans) {
      spends.push_back({.round = plan.round,
                        .attempt = plan.attempt,
                        .kind = "spend",
                        .stage = plan.stage,
                        .events = boundary::events_of(plan, world_.experiment.schema.domain())});
      step(secagg::StartRound{plan});
      until([&] { return summed_.has_value(); });
      EXPECT_EQ(summed_->survivors.size(), shares);
      for (auto& one :
           boundary::to_measurements(std::move(summed_->total), plan, world_.experiment.schema.domain(), shares)) {
        measured.push_back(std::move(one));
      }
      summed_.reset();
    }
    step(secagg::CloseSession{true, spends});
    until([&] { return closed_; });
    return measured;
  }

 private:
  void step(secagg::CoordinatorEvent&& event) {
    for (auto& action : protocol_.step(std::move(event), monotonic_now())) {
      if (auto* send = std::get_if<secagg::SendTo>(&action)) transport_.send(send->to, send->message);
      if (auto* summed = std::get_if<secagg::RoundSummed>(&action)) summed_ = std::move(*summed);
      if (const auto* failed = std::get_if<secagg::Failed>(&action)) throw std::runtime_error(failed->reason);
      ready_ = ready_ || std::holds_alternative<secagg::SessionReady>(action);
      closed_ = closed_ || std::holds_alternative<secagg::SessionClosed>(action);
    }
  }

  void until(const std::function<bool()>& done) {
    const Instant deadline = monotonic_now() + Millis(20000);
    while (!done()) {
      auto envelope = transport_.receive(deadline);
      if (!envelope) throw std::runtime_error("the session did not go on");
      step(secagg::ReceivedFrom{envelope->from, std::move(envelope->message.value())});
    }
  }

  const SiteWorld& world_;
  transport::Transport& transport_;
  secagg::CoordinatorProtocol protocol_;
  std::optional<secagg::RoundSummed> summed_;
  bool ready_ = false, closed_ = false;
};

Outcome run_session(const SiteWorld& world, const std::function<data::Loaded(std::size_t)>& table) {
  const auto ends_in_all = static_cast<transport::Endpoint>(world.sites() + 1);
  transport::InProcessHub hub(ends_in_all);
  Outcome outcome;
  std::mutex lock;
  hub.on_send([&](transport::Endpoint from, transport::Endpoint, ByteView bytes) {
    const std::lock_guard guard(lock);
    if (from == 1) outcome.sent_by_first_site.emplace_back(bytes.begin(), bytes.end());
  });
  std::vector<std::unique_ptr<transport::Transport>> ends;
  for (transport::Endpoint end = 0; end < ends_in_all; ++end) ends.push_back(hub.connect(end));
  std::vector<std::jthread> threads;
  const std::atomic<bool> stop{false};
  for (std::size_t site = 0; site < world.sites(); ++site) {
    threads.emplace_back([&, site] {
      const auto key = SiteWorld::key(site);
      SplitMixRandom random(1000 + site);
      site::SiteLog log(world.folder.path(), "site" + std::to_string(site));
      const auto run = world.run(site, key, random);
      site::PlanAnswerer answerer(run, table(site), log);
      const auto result = site::run_site(run, answerer, log, *ends[site + 1], stop, monotonic_now());
      EXPECT_EQ(result.outcome, site::SiteOutcome::finished) << result.reason;
    });
  }
  auto second = world.plan(2);
  second.queries.push_back({{.marginal = {0, 1, 2}}, second.queries[0].site_noise});
  second.queries.push_back(
      {{.kind = schema::Query::Kind::sketch, .marginal = {0, 1}, .sketch_rows = 8, .sketch_seed = 3},
       privacy::noise_scale_at_least(9000.0)});
  // The third round is over bins.
  auto third = world.plan(3);
  third.coarsening = schema::Coarsening({{1, {0, 1, 1, 1}}});
  outcome.measured = TestCoordinator(world, *ends[0]).run({world.plan(1), second, third});
  return outcome;
}

bool same_outside_masked_words(const Transcript& a, const Transcript& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Bytes& x, const Bytes& y) { return x.size() == y.size() && blotted(x) == blotted(y); });
}

data::Loaded with_one_more_row(const SiteWorld& world) {
  auto loaded = world.table(0, 90);
  const std::array<std::uint32_t, 3> row{2, 3, 1};
  loaded.table.append(row);
  return loaded;
}

/// The quorum of a run: all or nothing, and with recovery.
class NonInterference : public testing::TestWithParam<Quorum> {};
INSTANTIATE_TEST_SUITE_P(Quorums, NonInterference,
                         testing::Values(Quorum{.sites = 3}, Quorum{.sites = 4, .dropouts = 1}),
                         [](const auto& each) { return each.param.recovers() ? "Recovery" : "AllOrNothing"; });

TEST_P(NonInterference, NeighbouringTablesSendTheSameBytesOutsideTheMaskedWords) {
  const SiteWorld world_a(GetParam()), world_b(GetParam());
  const auto a = run_session(world_a, [&](std::size_t site) { return world_a.table(site, 90); });
  const auto b = run_session(
      world_b, [&](std::size_t site) { return site == 0 ? with_one_more_row(world_b) : world_b.table(site, 90); });
  // Join, key, three shares of two messages, goodbye; with recovery an offer, a signature and what is shown in each
  // round.
  ASSERT_EQ(a.sent_by_first_site.size(), GetParam().recovers() ? 18u : 9u);
  EXPECT_TRUE(same_outside_masked_words(a.sent_by_first_site, b.sent_by_first_site));
  EXPECT_NE(a.sent_by_first_site, b.sent_by_first_site) << "the masked words do carry the row";
  EXPECT_NEAR(b.measured[0].value(0) - a.measured[0].value(0), 1.0, 1e-9) << "the same noise, one row more";
}

TEST_P(NonInterference, TheComparisonCatchesASiteThatTellsItsRowCount) {
  const SiteWorld world_a(GetParam()), world_b(GetParam());
  auto a = run_session(world_a, [&](std::size_t site) { return world_a.table(site, 90); }).sent_by_first_site;
  auto b = a;
  auto join = std::get<secagg::Join>(*secagg::decode(b.front()));
  join.booked_rho = 1e-3 * 91;  // a broken twin: a public field that follows the rows
  b.front() = secagg::encode(join);
  EXPECT_FALSE(same_outside_masked_words(a, b));
  a.push_back(a.back());  // another: one message more
  EXPECT_FALSE(same_outside_masked_words(
      a, run_session(world_b, [&](std::size_t site) { return world_b.table(site, 90); }).sent_by_first_site));
}

TEST_P(NonInterference, NoMessageHoldsTheCountsInTheClear) {
  const SiteWorld world(GetParam());
  const auto outcome = run_session(world, [&](std::size_t site) { return world.table(site, 90); });
  std::size_t shares = 0;
  for (const auto& bytes : outcome.sent_by_first_site) {
    const auto message = secagg::decode(bytes);
    const auto* chunk = std::get_if<secagg::ShareChunk>(&*message);
    if (chunk == nullptr) continue;
    ++shares;
    // A masked word is uniform: below 2^40 with chance 2^-24. An unmasked count or noised count always is (mod sign).
    for (const std::uint64_t word : chunk->words.words()) {
      EXPECT_GT(std::min(word, ~word), std::uint64_t{1} << 40);
    }
  }
  EXPECT_EQ(shares, 3u);
}

}  // namespace
}  // namespace fedloom::test
