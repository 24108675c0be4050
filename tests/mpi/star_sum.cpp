// One run of the secure sum over whatever carries the messages: threads of one process, or MPI ranks.
//
//   star_sum in-process N        N sites as threads; prints a digest of every round's total
//   mpirun … star_sum            rank 0 coordinates; its digests must be those of the run in its own process
//   mpirun … star_sum lose K     rank K leaves without a word after it has joined; rank 0 must name its site
//   mpirun … star_sum idle       every rank waits 2 s for nothing; none may use more than 0.3 s of processor time
//
// The noise comes from the test generator, so that the totals are the same bit for bit.

#include <unistd.h>

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
constexpr std::uint64_t seed = 5;
constexpr Millis limit{60000};

/// A share of 480 kB: more than MPI sends without being asked for it.
test::World make_world(std::size_t sites) { return test::World(sites, {{"a", 200}, {"b", 300}}); }

void run_site(transport::Transport& wire, const test::World& world, std::size_t place, bool vanish) {
  test::SiteProgram program(world, place, seed);
  test::SplitMixRandom random(seed + place);
  Join resume;
  resume.head = program.head();
  SiteProtocol protocol(SiteSetup{.key = &world.keys[place],
                                  .random = &random,
                                  .roster = world.roster,
                                  .run = world.run,
                                  .resume = resume,
                                  .tick = Millis(20),
                                  .domain = world.domain});
  std::deque<SiteEvent> events;
  events.emplace_back(Start{});
  std::optional<Instant> timer;
  for (bool ended = false; !ended;) {
    while (!events.empty()) {
      auto actions = protocol.step(std::move(events.front()), monotonic_now());
      events.pop_front();
      for (auto& action : actions) {
        if (auto* send = std::get_if<SendToCoordinator>(&action)) wire.send(0, send->message);
        if (auto* set = std::get_if<SetTimer>(&action)) timer = set->at;
        if (auto* ask = std::get_if<Prepare>(&action)) {
          if (vanish) _exit(0);
          events.emplace_back(program.prepare(ask->plan));
        }
        if (std::holds_alternative<StoreSealed>(action)) events.emplace_back(SealStored{});
        if (std::holds_alternative<SiteFinished>(action) || std::holds_alternative<SiteAborted>(action)) ended = true;
      }
    }
    if (ended) break;
    const Instant until = timer.value_or(monotonic_now() + limit);
    if (auto envelope = wire.receive(until)) {
      events.emplace_back(Received{std::move(envelope->message.value())});
    } else {
      events.emplace_back(TimerFired{});
    }
  }
}

struct Outcome {
  std::vector<std::string> digests;  ///< of each round's total
  std::string failure;
};

std::string digest_of(const std::vector<std::uint64_t>& words) {
  ByteWriter out;
  out.words(words);
  return to_hex(sha256(out.bytes()));
}

Outcome run_coordinator(transport::Transport& wire, const test::World& world, Millis reply_limit) {
  CoordinatorProtocol protocol(CoordinatorSetup{.roster = world.roster,
                                                .run = world.run,
                                                .domain = world.domain,
                                                .join_limit = limit,
                                                .reply_limit = reply_limit});
  Outcome outcome;
  std::deque<CoordinatorEvent> events;
  events.emplace_back(CoordinatorStart{});
  std::optional<Instant> timer;
  std::vector<privacy::PublicSpend> spends;
  const auto next_round = [&](std::uint32_t round) {
    if (round <= rounds) {
      spends.push_back(world.spend(world.plan(round)));
      events.emplace_back(StartRound{world.plan(round)});
    } else {
      events.emplace_back(CloseSession{true, spends});
    }
  };
  for (bool ended = false; !ended;) {
    while (!events.empty()) {
      auto actions = protocol.step(std::move(events.front()), monotonic_now());
      events.pop_front();
      for (auto& action : actions) {
        if (auto* send = std::get_if<SendTo>(&action)) wire.send(send->to, send->message);
        if (auto* set = std::get_if<SetCoordinatorTimer>(&action)) timer = set->at;
        if (std::holds_alternative<SessionReady>(action)) next_round(1);
        if (auto* summed = std::get_if<RoundSummed>(&action)) {
          outcome.digests.push_back(digest_of(summed->total.words()));
          next_round(summed->plan.round + 1);
        }
        if (auto* failed = std::get_if<Failed>(&action)) outcome.failure = failed->reason;
        if (std::holds_alternative<SessionClosed>(action) || std::holds_alternative<Failed>(action)) ended = true;
      }
    }
    if (ended) break;
    if (auto envelope = wire.receive(timer.value_or(monotonic_now() + limit))) {
      if (envelope->lost) continue;  // the deadline names it
      events.emplace_back(ReceivedFrom{envelope->from, std::move(envelope->message.value())});
    } else {
      events.emplace_back(CoordinatorTimer{});
    }
  }
  return outcome;
}

Outcome run_in_process(std::size_t sites) {
  const test::World world = make_world(sites);
  transport::InProcessHub hub(sites + 1);
  std::vector<std::thread> threads;
  for (std::size_t place = 0; place < sites; ++place) {
    threads.emplace_back([&hub, &world, place] {
      const auto wire = hub.connect(static_cast<Endpoint>(place + 1));
      run_site(*wire, world, place, false);
    });
  }
  const auto wire = hub.connect(0);
  Outcome outcome = run_coordinator(*wire, world, limit);
  for (auto& thread : threads) thread.join();
  return outcome;
}

/// Both must be right, not only alike.
bool totals_are_exact(const Outcome& outcome, const test::World& world) {
  if (outcome.digests.size() != rounds) return false;
  for (std::uint32_t round = 1; round <= rounds; ++round) {
    if (outcome.digests[round - 1] != digest_of(exact_total(world, seed, world.plan(round)))) return false;
  }
  return true;
}

int report(const Outcome& outcome, bool good) {
  for (const auto& digest : outcome.digests) std::printf("total %s\n", digest.c_str());
  if (!outcome.failure.empty()) std::printf("failed: %s\n", outcome.failure.c_str());
  std::printf(good ? "ok\n" : "NOT OK\n");
  return good ? 0 : 1;
}

int idle(transport::MpiTransport& wire) {
  const std::clock_t before = std::clock();
  const bool quiet = !wire.receive(monotonic_now() + Millis(2000));
  const double used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  std::printf("rank %u used %.3f s in 2 s\n", wire.rank(), used);
  return quiet && used < 0.3 ? 0 : 1;
}

int over_mpi(int argc, char** argv) {
  const auto wire = transport::MpiTransport::start(argc, argv);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "idle") return idle(*wire);
  const std::size_t lost = mode == "lose" ? std::stoul(argv[2]) : 0;
  const std::size_t sites = wire->world() - 1;
  const test::World world = make_world(sites);
  if (wire->rank() > 0) {
    run_site(*wire, world, wire->rank() - 1, wire->rank() == lost);
    if (lost > 0) wire->mark_failed();
    return 0;
  }
  const Outcome outcome = run_coordinator(*wire, world, lost > 0 ? Millis(3000) : limit);
  if (lost > 0) {
    wire->mark_failed();
    const auto& name = world.roster.members()[lost - 1].id.name;
    return report(outcome, outcome.failure.starts_with("site " + name + " did not answer in time"));
  }
  return report(outcome, totals_are_exact(outcome, world) && outcome.digests == run_in_process(sites).digests);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 2 && std::string_view(argv[1]) == "in-process") {
      const std::size_t sites = std::stoul(argv[2]);
      const Outcome outcome = run_in_process(sites);
      return report(outcome, totals_are_exact(outcome, make_world(sites)));
    }
    return over_mpi(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
