// One run of the secure sum over whatever carries the messages: threads of one process, or MPI ranks.
//
//   star_sum in-process N        N sites as threads; prints a digest of every round's total
//   mpirun … star_sum            rank 0 coordinates; its digests must be those of the run in its own process
//   mpirun … star_sum lose K     all or nothing: rank K leaves without a word; rank 0 must name its site
//   mpirun … star_sum kill K AT  one may be lost: rank K kills itself in round 2 at AT (offer, share, chunk, agree,
//                                unmask); each total must be exact over the survivors that rank 0 names
//   mpirun … star_sum idle       every rank waits 2 s for nothing; none may use more than 0.3 s of processor time
//
// The noise comes from the test generator, so that the totals are the same bit for bit.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/in_process.hpp"
#include "fedloom/transport/mpi.hpp"
#include "harness.hpp"

namespace {

using namespace fedloom;
using namespace fedloom::secagg;

constexpr std::uint32_t rounds = 3;
constexpr std::uint32_t fatal_round = 2;
constexpr std::uint64_t seed = 5;
constexpr Millis limit{60000};

/// A share of 2.3 MB: more than MPI sends without being asked for it, and more than one chunk.
const std::vector<schema::Domain::Axis> axes{{"a", 400}, {"b", 700}};

/// Where a site is to die; nowhere with rank 0.
struct Death {
  transport::Endpoint rank = 0;
  std::string at;
};

class Site {
 public:
  Site(transport::Transport& wire, const test::World& world, std::size_t place, std::string dies_at)
      : wire_(wire),
        dies_at_(std::move(dies_at)),
        program_(world, place, seed),
        random_(seed + place),
        protocol_(SiteSetup{.key = &world.keys[place],
                            .random = &random_,
                            .roster = world.roster,
                            .quorum = world.quorum,
                            .run = world.run,
                            .resume = first_join(),
                            .tick = Millis(20),
                            .domain = world.domain}) {}

  void run() {
    events_.emplace_back(Start{});
    while (!ended_) {
      if (events_.empty()) events_.push_back(next());
      SiteEvent event = std::move(events_.front());
      events_.pop_front();
      for (auto& action : protocol_.step(std::move(event), monotonic_now())) carry_out(action);
    }
  }

 private:
  Join first_join() const {
    Join join;
    join.head = program_.head();
    return join;
  }

  SiteEvent next() {
    auto envelope = wire_.receive(timer_.value_or(monotonic_now() + limit));
    if (envelope) return Received{std::move(envelope->message.value())};
    return TimerFired{};
  }

  void carry_out(SiteAction& action) {
    if (auto* send = std::get_if<SendToCoordinator>(&action)) say(send->message);
    if (auto* set = std::get_if<SetTimer>(&action)) timer_ = set->at;
    if (auto* ask = std::get_if<Prepare>(&action)) {
      if (dies_at_ == "prepare") _exit(0);
      events_.emplace_back(program_.prepare(ask->plan));
    }
    if (auto* stored = std::get_if<StoreSealed>(&action)) {
      outbox_ = test::sealed_messages(*stored);
      events_.emplace_back(SealStored{});
    }
    if (std::holds_alternative<SendSealed>(action)) {
      for (const auto& message : outbox_) say(message);
    }
    if (std::holds_alternative<StoreDecision>(action)) events_.emplace_back(DecisionStored{});
    if (std::holds_alternative<SiteFinished>(action) || std::holds_alternative<SiteAborted>(action)) ended_ = true;
  }

  void say(const Message& message) {
    if (is_last_word(message)) kill(getpid(), SIGKILL);
    wire_.send(transport::coordinator_endpoint, message);
  }

  bool is_last_word(const Message& message) const {
    if (const auto* it = std::get_if<Offer>(&message)) return dies_at_ == "offer" && it->terms.id.round == fatal_round;
    if (const auto* it = std::get_if<ShareMessage>(&message)) return dies_at_ == "share" && it->id.round == fatal_round;
    if (const auto* it = std::get_if<ShareChunk>(&message)) {
      return dies_at_ == "chunk" && it->id.round == fatal_round && it->index == 1;
    }
    if (const auto* it = std::get_if<Agree>(&message)) return dies_at_ == "agree" && it->id.round == fatal_round;
    if (const auto* it = std::get_if<Unmask>(&message)) return dies_at_ == "unmask" && it->id.round == fatal_round;
    return false;
  }

  transport::Transport& wire_;
  std::string dies_at_;
  test::SiteProgram program_;
  test::SplitMixRandom random_;
  SiteProtocol protocol_;
  test::Sealed outbox_;
  std::deque<SiteEvent> events_;
  std::optional<Instant> timer_;
  bool ended_ = false;
};

struct Outcome {
  std::vector<std::string> digests;                 ///< of each round's total
  std::vector<boundary::RoundPlan> plans;           ///< as they were summed
  std::vector<std::vector<std::size_t>> survivors;  ///< their places
  std::string failure;
};

std::string digest_of(const std::vector<std::uint64_t>& words) {
  ByteWriter out;
  out.words(words);
  return to_hex(sha256(out.bytes()));
}

class Coordinator {
 public:
  Coordinator(transport::Transport& wire, const test::World& world, Millis reply_limit)
      : wire_(wire),
        world_(world),
        protocol_(CoordinatorSetup{.roster = world.roster,
                                   .quorum = world.quorum,
                                   .run = world.run,
                                   .domain = world.domain,
                                   .join_limit = limit,
                                   .reply_limit = reply_limit}) {}

  Outcome run() {
    events_.emplace_back(CoordinatorStart{});
    while (!ended_) {
      if (events_.empty()) events_.push_back(next());
      CoordinatorEvent event = std::move(events_.front());
      events_.pop_front();
      for (auto& action : protocol_.step(std::move(event), monotonic_now())) carry_out(action);
    }
    return std::move(outcome_);
  }

 private:
  CoordinatorEvent next() {
    auto envelope = wire_.receive(timer_.value_or(monotonic_now() + limit));
    if (!envelope) return CoordinatorTimer{};
    if (envelope->lost) return Garbled{envelope->from};
    return ReceivedFrom{envelope->from, std::move(envelope->message.value())};
  }

  void carry_out(CoordinatorAction& action) {
    if (auto* send = std::get_if<SendTo>(&action)) wire_.send(send->to, send->message);
    if (auto* set = std::get_if<SetCoordinatorTimer>(&action)) timer_ = set->at;
    if (std::holds_alternative<SessionReady>(action)) next_round(1);
    if (auto* summed = std::get_if<RoundSummed>(&action)) take(*summed);
    if (auto* failed = std::get_if<Failed>(&action)) outcome_.failure = failed->reason;
    if (auto* lost = std::get_if<RoundLost>(&action)) outcome_.failure = lost->reason;
    if (std::holds_alternative<SessionClosed>(action) || !outcome_.failure.empty()) ended_ = true;
  }

  void take(const RoundSummed& summed) {
    outcome_.digests.push_back(digest_of(summed.total.words()));
    outcome_.plans.push_back(summed.plan);
    auto& places = outcome_.survivors.emplace_back();
    for (const auto& site : summed.survivors) places.push_back(world_.roster.index_of(site).value());
    next_round(summed.plan.round + 1);
  }

  void next_round(std::uint32_t round) {
    if (round <= rounds) {
      spends_.push_back(world_.spend(world_.plan(round)));
      events_.emplace_back(StartRound{world_.plan(round)});
    } else {
      events_.emplace_back(CloseSession{true, spends_});
    }
  }

  transport::Transport& wire_;
  const test::World& world_;
  CoordinatorProtocol protocol_;
  std::deque<CoordinatorEvent> events_;
  std::optional<Instant> timer_;
  std::vector<privacy::PublicSpend> spends_;
  Outcome outcome_;
  bool ended_ = false;
};

Outcome run_in_process(std::size_t sites) {
  const test::World world(sites, axes);
  transport::InProcessHub hub(sites + 1);
  std::vector<std::thread> threads;
  for (std::size_t place = 0; place < sites; ++place) {
    threads.emplace_back([&hub, &world, place] {
      const auto wire = hub.connect(static_cast<Endpoint>(place + 1));
      Site(*wire, world, place, "").run();
    });
  }
  const auto wire = hub.connect(0);
  Outcome outcome = Coordinator(*wire, world, limit).run();
  for (auto& thread : threads) thread.join();
  return outcome;
}

/// All runs of the same sites must be right, not only alike.
bool totals_are_exact(const Outcome& outcome, const test::World& world) {
  if (outcome.digests.size() != rounds) return false;
  for (std::size_t k = 0; k < rounds; ++k) {
    if (outcome.digests[k] != digest_of(exact_total(world, seed, outcome.plans[k], outcome.survivors[k]))) return false;
  }
  return true;
}

/// Whose share had come whole before the death is in that round's sum; later rounds are without it.
bool survivors_fit(const Outcome& outcome, std::size_t sites, const std::string& at) {
  const bool share_counts = at == "agree" || at == "unmask";
  return outcome.survivors.size() == rounds && outcome.survivors[0].size() == sites &&
         outcome.survivors[1].size() == (share_counts ? sites : sites - 1) && outcome.survivors[2].size() == sites - 1;
}

int report(const Outcome& outcome, bool good) {
  for (std::size_t k = 0; k < outcome.digests.size(); ++k) {
    std::printf("total %s of %zu sites\n", outcome.digests[k].c_str(), outcome.survivors[k].size());
  }
  if (!outcome.failure.empty()) std::printf("failed: %s\n", outcome.failure.c_str());
  std::printf(good ? "ok\n" : "NOT OK\n");
  std::fflush(stdout);
  return good ? 0 : 1;
}

int idle(transport::MpiTransport& wire) {
  const std::clock_t before = std::clock();
  const bool quiet = !wire.receive(monotonic_now() + Millis(2000));
  const double used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  std::printf("rank %u used %.3f s in 2 s\n", wire.rank(), used);
  return quiet && used < 0.3 ? 0 : 1;
}

int coordinate(transport::MpiTransport& wire, const test::World& world, const Death& death) {
  const Outcome outcome = Coordinator(wire, world, limit).run();
  if (death.rank == 0) {
    return report(outcome,
                  totals_are_exact(outcome, world) && outcome.digests == run_in_process(world.sites()).digests);
  }
  if (world.quorum.recovers()) {
    return report(outcome, totals_are_exact(outcome, world) && survivors_fit(outcome, world.sites(), death.at));
  }
  wire.mark_failed();
  const auto& name = world.roster.members()[death.rank - 1].id.name;
  return report(outcome, outcome.failure.starts_with("site " + name + " was lost"));
}

int over_mpi(int argc, char** argv) {
  const auto wire = transport::MpiTransport::start(argc, argv);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "idle") return idle(*wire);
  Death death;
  if (mode == "lose") death = {static_cast<Endpoint>(std::stoul(argv[2])), "prepare"};
  if (mode == "kill") death = {static_cast<Endpoint>(std::stoul(argv[2])), argv[3]};
  const auto sites = static_cast<std::uint32_t>(wire->world() - 1);
  const test::World world(Quorum{.sites = sites, .dropouts = mode == "kill" ? 1U : 0U}, axes);
  if (wire->rank() == transport::coordinator_endpoint) return coordinate(*wire, world, death);
  Site(*wire, world, wire->rank() - 1, wire->rank() == death.rank ? death.at : "").run();
  if (mode == "lose") wire->mark_failed();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 2 && std::string_view(argv[1]) == "in-process") {
      const std::size_t sites = std::stoul(argv[2]);
      const Outcome outcome = run_in_process(sites);
      return report(outcome, totals_are_exact(outcome, test::World(sites, axes)));
    }
    return over_mpi(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
