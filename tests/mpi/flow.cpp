// Much more than may be on its way at once, between two ranks.
//
//   mpirun -n 2 … flow slow      rank 1 sends 256 MiB to a rank 0 that gives them out slowly: each holds its limit
//   mpirun -n 2 … flow both      both send 140 MiB before either gives out a message: neither waits for ever
//   mpirun -n 2 … flow deaf      rank 1 takes nothing: it is lost to rank 0, once, and further sends vanish
//   mpirun -n 3 … flow stuck     rank 2 announces a message and does not move it: rank 1 gets its room in the end
//   mpirun -n 2 … flow too-big   a message over the limit is refused by the sender, and loses the sender to the
//   receiver

#include <mpi.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>

#include "fedloom/base/error.hpp"
#include "mpi_traffic.hpp"

namespace {

using namespace fedloom;
using namespace fedloom::transport;

constexpr std::size_t mib = std::size_t{1} << 20;

struct Failure {
  const char* what;
};
void require(bool holds, const char* what) {
  if (!holds) throw Failure{what};
}

void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// A message that tells which it is.
Bytes message(std::size_t number, std::size_t size = mib) {
  Bytes bytes(size, static_cast<std::uint8_t>(number));
  bytes[0] = static_cast<std::uint8_t>(number >> 8);
  return bytes;
}

Arrival wait_for_one(MpiTraffic& traffic, Millis limit = Millis(60000)) {
  const Instant end = monotonic_now() + limit;
  for (;;) {
    traffic.progress();
    if (auto arrival = traffic.take()) return std::move(*arrival);
    require(monotonic_now() < end, "nothing came");
    pause(1);
  }
}

void take_in_order(MpiTraffic& traffic, std::size_t count, int pause_every = 0) {
  for (std::size_t k = 0; k < count; ++k) {
    const Arrival arrival = wait_for_one(traffic);
    require(!arrival.lost, "the peer was lost");
    require(arrival.bytes == message(k), "a message is out of order or damaged");
    if (pause_every > 0 && k % static_cast<std::size_t>(pause_every) == 0) pause(20);
  }
}

/// As a rank does that waits for messages.
void linger(MpiTraffic& traffic, int milliseconds) {
  for (const Instant end = monotonic_now() + Millis(milliseconds); monotonic_now() < end; pause(1)) traffic.progress();
}

std::size_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

void slow(int rank) {
  constexpr std::size_t count = 256;
  MpiTraffic traffic(static_cast<Endpoint>(rank), 2, {});
  const std::size_t before = peak_memory();
  if (rank == 1) {
    for (std::size_t k = 0; k < count; ++k) traffic.send(0, message(k));
    require(traffic.flush(Millis(60000)), "not all has left");
  } else {
    pause(300);
    take_in_order(traffic, count, 10);
    require(traffic.most_held() <= 64 * mib, "more was held than allowed");
  }
  const std::size_t grown = peak_memory() - before;
  std::printf("rank %d: memory grew by %zu MiB for %zu MiB\n", rank, grown / mib, count);
  require(grown <= 100 * mib, "memory grew by more than 100 MiB");
}

void both(int rank) {
  constexpr std::size_t count = 140;
  MpiTraffic traffic(static_cast<Endpoint>(rank), 2, {});
  for (std::size_t k = 0; k < count; ++k) traffic.send(rank == 0 ? 1 : 0, message(k));
  take_in_order(traffic, count);
  require(traffic.flush(Millis(60000)), "not all has left");
  std::printf("rank %d: held at most %zu MiB\n", rank, traffic.most_held() / mib);
  require(rank == 1 || traffic.most_held() <= 64 * mib, "the coordinator held more than allowed");
}

void deaf(int rank) {
  if (rank == 1) return pause(2500);
  MpiTraffic traffic(0, 2, {.outgoing = 2 * mib, .send_limit = Millis(1000)});
  const Instant before = monotonic_now();
  for (std::size_t k = 0; k < 8; ++k) traffic.send(1, message(k));
  const Millis took = monotonic_now() - before;
  require(took >= Millis(1000) && took < Millis(2000), "the send did not wait as long as it should");
  require(traffic.is_lost(1), "the deaf peer is not lost");
  require(wait_for_one(traffic).lost, "the loss is not reported");
  pause(20);
  traffic.progress();
  require(!traffic.take(), "something came after the loss");
  require(traffic.flush(Millis(0)), "a lost peer's transfers are waited for");
}

void stuck(int rank) {
  // Rank 2 says that it has something and then does not move it; rank 1 must get past it.
  const Limits limits{.incoming = 2 * mib, .send_limit = Millis(500)};
  MpiTraffic traffic(static_cast<Endpoint>(rank), 3, limits);
  if (rank == 2) {
    traffic.send(0, message(0, 2 * mib));
    linger(traffic, 100);
    return pause(3000);
  }
  if (rank == 1) {
    pause(300);
    traffic.send(0, message(0));
    require(traffic.flush(Millis(10000)), "the stuck peer held back the other");
    return;
  }
  pause(200);
  bool lost = false, came = false;
  while (!lost || !came) {
    const Arrival arrival = wait_for_one(traffic, Millis(5000));
    if (arrival.lost) require(arrival.from == 2, "the wrong peer is lost");
    (arrival.lost ? lost : came) = true;
  }
}

void too_big(int rank) {
  MpiTraffic traffic(static_cast<Endpoint>(rank), 2, {.message = rank == 1 ? 2 * mib : mib});
  if (rank == 1) {
    try {
      traffic.send(0, message(0, 2 * mib + 1));
      throw Failure{"a message over the limit was sent"};
    } catch (const EnvironmentError&) {
    }
    traffic.send(0, message(0));
    require(traffic.flush(Millis(5000)), "the good message has not left");
    traffic.send(0, message(1, mib + 1));
    traffic.send(0, message(2));
    return linger(traffic, 500);
  }
  require(!wait_for_one(traffic).lost, "the good message did not come");
  require(wait_for_one(traffic).lost, "the sender of the large one is not lost");
  pause(50);
  traffic.progress();
  require(!traffic.take(), "something came after the loss");
}

}  // namespace

int main(int argc, char** argv) {
  int rank = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  try {
    if (mode == "slow") slow(rank);
    if (mode == "both") both(rank);
    if (mode == "deaf") deaf(rank);
    if (mode == "stuck") stuck(rank);
    if (mode == "too-big") too_big(rank);
  } catch (const Failure& failure) {
    std::printf("NOT OK at rank %d: %s\n", rank, failure.what);
    std::fflush(stdout);
    std::_Exit(1);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(1);
  }
  std::printf("ok at rank %d\n", rank);
  // Abandoned transfers would hold up MPI_Finalize.
  const bool clean = mode == "slow" || mode == "both";
  if (clean) MPI_Finalize();
  std::fflush(stdout);
  std::_Exit(0);
}
