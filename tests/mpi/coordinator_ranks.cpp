// The ranks of a coordinator of three, beside a site of one.
//
//   mpirun -n 1 … coordinator_ranks 1/3 same : -n 1 … 2/3 same : -n 1 … 3/3 same : -n 1 … 1/1 same
//       sums, broadcasts and gathers: every rank must have the bits of the sum in rank order
//   … idle         the first rank lets the others wait 2 s for its broadcast; none may use more than 1 % of that
//   … kill 2       part 2 kills itself between two sums: the first rank must name it, and nobody hangs
//   … kill 1       the first rank kills itself: the others must name it
//   … give-up 2    part 2 gives up while the first rank waits for its values
//   … between 2    part 2 kills itself while the first rank waits for a site
//
// Under --enable-recovery mpirun gives 0 whatever happens: what counts is the line that each rank prints.

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/mpi.hpp"

namespace {

using namespace fedloom;

struct Failure {
  std::string what;
};
void require(bool holds, const std::string& what) {
  if (!holds) throw Failure{what};
}

/// Values whose sum depends on the order, of all sizes and signs, differently at each rank.
std::vector<float> values_of(unsigned rank, std::size_t length) {
  constexpr float awkward[] = {1e30F, 1.0F, -1e30F, 1e-8F, 16777216.0F, 0.1F, -0.0F, 1e-40F, -3.4e38F};
  std::vector<float> values(length);
  for (std::size_t k = 0; k < length; ++k)
    values[k] = awkward[(k + 2 * rank) % std::size(awkward)] / static_cast<float>(k % 7 + 1);
  return values;
}

std::vector<float> sum_in_rank_order(unsigned ranks, std::size_t length) {
  auto sum = values_of(0, length);
  for (unsigned rank = 1; rank < ranks; ++rank) {
    const auto more = values_of(rank, length);
    for (std::size_t k = 0; k < length; ++k) sum[k] += more[k];
  }
  return sum;
}

void sums(RankGroup& ranks) {
  for (const std::size_t length : {1U, 9U, 1000U, 700001U}) {
    const auto expected = sum_in_rank_order(ranks.size(), length);
    for (int again = 0; again < 20; ++again) {
      auto values = values_of(ranks.rank(), length);
      ranks.sum(values);
      require(std::memcmp(values.data(), expected.data(), length * sizeof(float)) == 0, "the sum has other bits");
    }
  }
  ranks.sum({});
}

void broadcasts(RankGroup& ranks) {
  for (const std::size_t length : {0U, 1U, 3000000U}) {
    const Bytes sent(length, 7);
    Bytes message = ranks.rank() == 0 ? sent : Bytes{1, 2, 3};
    ranks.broadcast(message);
    require(message == sent, "the broadcast came otherwise than it was sent");
  }
}

void gathers(RankGroup& ranks) {
  // The first rank is late, so that the others' messages of the next call come before it asks for them.
  if (ranks.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  for (std::uint8_t call = 0; call < 3; ++call) {
    const auto rank = static_cast<std::uint8_t>(ranks.rank());
    const auto all = ranks.gather(Bytes(rank * 100000U * call, rank));
    require(all.size() == (rank == 0 ? ranks.size() : 0), "not everyone's bytes");
    for (std::size_t from = 0; from < all.size(); ++from) {
      require(all[from] == Bytes(from * 100000U * call, static_cast<std::uint8_t>(from)), "another rank's bytes");
    }
  }
}

void idle(RankGroup& ranks) {
  const auto used = std::clock();
  Bytes message{1};
  if (ranks.rank() == 0) std::this_thread::sleep_for(std::chrono::seconds(2));
  ranks.broadcast(message);
  const double seconds = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
  require(seconds <= 0.02, "an idle rank used " + std::to_string(seconds) + " s of processor time");
}

/// Adds up until somebody is lost; gives what is said of it.
std::string loss(transport::MpiTransport& wire, unsigned part, const std::string& mode, unsigned victim) {
  auto& ranks = *wire.coordinator_ranks();
  try {
    for (int step = 0; step < 100; ++step) {
      auto values = values_of(part - 1, 100000);
      if (step == 5 && part == victim) {
        if (mode == "give-up") {
          wire.give_up_part();
          throw EnvironmentError("this part", "gives up", "");
        }
        kill(getpid(), SIGKILL);
      }
      if (step == 5 && mode == "between" && part == 1) {
        wire.receive(monotonic_now() + Millis(20000));
        throw Failure{"the wait for a site took no notice of the loss"};
      }
      ranks.sum(values);
    }
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "nobody was lost";
}

void play(transport::MpiTransport& wire, unsigned part, const std::string& mode, unsigned victim) {
  auto& ranks = *wire.coordinator_ranks();
  require(ranks.rank() + 1 == part && ranks.size() == 3, "the wrong rank");
  if (part == 1) require(wire.world() == 2 && wire.rank() == 0, "the coordinator is not one endpoint");
  if (mode == "same") {
    sums(ranks);
    broadcasts(ranks);
    gathers(ranks);
    return;
  }
  if (mode == "idle") return idle(ranks);
  const auto started = monotonic_now();
  const std::string said = loss(wire, part, mode, victim);
  wire.mark_failed();
  // Of a lost part only the first rank is told; the others then lose that one.
  const std::string expected =
      part == victim ? "gives up"
                     : "part " + std::to_string(part == 1 ? victim : 1U) + " of 3 of the coordinator: was lost";
  require(said.find(expected) != std::string::npos, "said instead of '" + expected + "': " + said);
  require(monotonic_now() - started < Millis(5000), "the loss is told too late");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string place = argc > 1 ? argv[1] : "1/1";
  const std::string mode = argc > 2 ? argv[2] : "same";
  const unsigned victim = argc > 3 ? static_cast<unsigned>(std::stoul(argv[3])) : 0;
  const auto part = static_cast<std::uint32_t>(std::stoul(place));
  const auto parts = static_cast<std::uint32_t>(std::stoul(place.substr(place.find('/') + 1)));
  auto wire = transport::MpiTransport::start(
      argc, argv, {}, {.party = parts > 1 ? "the coordinator" : "the site", .part = part - 1, .parts = parts});
  std::string fault;
  try {
    if (parts > 1) play(*wire, part, mode, victim);
  } catch (const Failure& failure) {
    fault = failure.what;
  } catch (const Error& error) {
    fault = error.what();
  }
  if (!fault.empty()) wire->mark_failed();
  wire.reset();
  if (fault.empty()) std::printf("part %s is well\n", place.c_str());
  if (!fault.empty()) std::printf("NOT OK at part %s: %s\n", place.c_str(), fault.c_str());
  return fault.empty() ? 0 : 1;
}
