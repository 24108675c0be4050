// A rank that kills itself in the middle, and the others that go on: under mpirun --enable-recovery.
//
//   killed_rank site    rank 2 dies while it sends; rank 0 hears of it once and finishes its rounds with the others
//   killed_rank centre  rank 0 dies; every site hears of it
//   killed_rank leave   rank 2 takes its leave: nobody hears of a loss until rank 0 sends to it
//
// mpirun gives 0 whatever happens: what counts is the line that each rank prints.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/mpi.hpp"

namespace {

using namespace fedloom;
using namespace fedloom::transport;

constexpr Endpoint victim = 2;
constexpr int rounds = 20;
constexpr int fatal_round = 7;
constexpr int messages_a_round = 50;

struct Failure {
  std::string what;
};
void require(bool holds, const std::string& what) {
  if (!holds) throw Failure{what};
}

secagg::Message word(int round) {
  std::string text = std::to_string(round) + " ";
  text.resize(secagg::max_text, '.');
  return secagg::Abort{text};
}
int round_of(const Envelope& envelope) { return std::stoi(std::get<secagg::Abort>(envelope.message.value()).reason); }
Instant late() { return monotonic_now() + Millis(20000); }

/// Answers each round's question with many messages.
void site(MpiTransport& wire, bool dies) {
  for (int round = 0; round < rounds; ++round) {
    const auto asked = wire.receive(late());
    require(asked && !asked->lost && round_of(*asked) == round, "the question did not come");
    for (int k = 0; k < messages_a_round; ++k) {
      if (dies && round == fatal_round && k == messages_a_round / 2) kill(getpid(), SIGKILL);
      wire.send(coordinator_endpoint, word(round));
    }
  }
}

void centre(MpiTransport& wire) {
  std::map<Endpoint, int> alive;
  for (std::size_t peer = 1; peer < wire.world(); ++peer) alive[static_cast<Endpoint>(peer)] = 0;
  Instant asked{};
  for (int round = 0; round < rounds; ++round) {
    asked = monotonic_now();
    for (std::size_t peer = 1; peer < wire.world(); ++peer) wire.send(static_cast<Endpoint>(peer), word(round));
    for (auto& [peer, count] : alive) count = 0;
    const auto waiting = [&] {
      for (const auto& [peer, count] : alive) {
        if (count < messages_a_round) return true;
      }
      return false;
    };
    while (waiting()) {
      const auto envelope = wire.receive(late());
      require(envelope.has_value(), "nothing came");
      if (envelope->lost) {
        require(envelope->from == victim && round == fatal_round, "the wrong peer is lost, or at the wrong time");
        require(alive[victim] <= messages_a_round / 2, "the dead said more than it had");
        require(alive.erase(victim) == 1, "the loss is told twice");
        require(monotonic_now() - asked < Millis(5000), "the loss is told too late");
        continue;
      }
      require(envelope->from != victim || round <= fatal_round, "the dead speaks");
      require(round_of(*envelope) == round, "an answer to another question");
      ++alive[envelope->from];
    }
  }
  require(alive.size() == wire.world() - 2, "the loss was not told");
}

void left_alone(MpiTransport& wire) {
  const auto first = wire.receive(late());
  require(first && !first->lost && round_of(*first) == 0, "the last word did not come");
  const auto second = wire.receive(monotonic_now() + Millis(5000));
  require(second && second->lost && second->from == coordinator_endpoint, "the coordinator's death is not told");
  wire.send(coordinator_endpoint, word(1));
  require(!wire.receive(monotonic_now() + Millis(300)), "the loss is told twice");
}

void leave(MpiTransport& wire) {
  if (wire.rank() == victim) return wire.send(coordinator_endpoint, word(0));
  if (wire.rank() != coordinator_endpoint) return;
  require(wire.receive(late()).value().message.has_value(), "the last word did not come");
  require(!wire.receive(monotonic_now() + Millis(1500)), "a farewell is taken for a loss");
  wire.send(victim, word(1));
  const auto lost = wire.receive(late());
  require(lost && lost->lost && lost->from == victim, "the loss is not told");
}

void run(MpiTransport& wire, std::string_view mode) {
  require(wire.survives_losses(), "mpirun was not started with --enable-recovery");
  if (mode == "leave") return leave(wire);
  if (mode == "centre") {
    if (wire.rank() != coordinator_endpoint) return left_alone(wire);
    for (std::size_t peer = 1; peer < wire.world(); ++peer) wire.send(static_cast<Endpoint>(peer), word(0));
    wire.receive(monotonic_now() + Millis(500));
    kill(getpid(), SIGKILL);
  }
  if (wire.rank() == coordinator_endpoint) return centre(wire);
  site(wire, wire.rank() == victim);
}

}  // namespace

int main(int argc, char** argv) {
  auto wire = MpiTransport::start(argc, argv);
  const Endpoint rank = wire->rank();
  try {
    run(*wire, argc > 1 ? argv[1] : "site");
  } catch (const Failure& failure) {
    std::printf("NOT OK at rank %u: %s\n", rank, failure.what.c_str());
    wire->mark_failed();
    return 1;
  }
  wire.reset();
  std::printf("rank %u is done\n", rank);
  return 0;
}
