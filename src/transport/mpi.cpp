#include "fedloom/transport/mpi.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <type_traits>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "mpi_error.hpp"
#include "mpi_traffic.hpp"

namespace fedloom::transport {
namespace {

using std::chrono::microseconds;

/// A waiting rank sleeps between looks: at first briefly, then for longer, as the peers need the processor.
constexpr microseconds first_sleep{50};
constexpr microseconds idle_sleep{5000};
/// While a large message is on its way MPI moves it only when asked.
constexpr microseconds transfer_sleep{200};
/// At the end, what was sent last is given this long to leave.
constexpr Millis flush_limit{5000};
constexpr Millis failed_flush_limit{1000};

/// mpirun tells its ranks by this variable that it was started with --enable-recovery.
bool mpirun_survives_losses() {
  const char* value = std::getenv("OMPI_MCA_orte_enable_recovery");
  return value != nullptr && (std::string_view(value) == "1" || std::string_view(value) == "true");
}

/// Every rank's process, for the ranks of its machine to watch. The only collective; all ranks live still.
std::vector<ProcessName> exchange_names(std::size_t world) {
  const ProcessName own = own_process_name();
  static_assert(std::is_trivially_copyable_v<ProcessName>);
  std::vector<ProcessName> names(world);
  check_mpi(MPI_Allgather(&own, sizeof own, MPI_BYTE, names.data(), sizeof own, MPI_BYTE, MPI_COMM_WORLD),
            "learn which processes take part");
  return names;
}

}  // namespace

struct MpiTransport::Impl {
  Impl(int own_rank, int ranks, const Limits& limits)
      : rank(static_cast<Endpoint>(own_rank)), world(static_cast<std::size_t>(ranks)), traffic(rank, world, limits) {}
  Endpoint rank;
  std::size_t world;
  MpiTraffic traffic;
  bool survives_losses = false;
  bool failed = false;

  /// In a star the sites have to do with the coordinator only.
  void watch_peers() {
    const auto names = exchange_names(world);
    for (std::size_t peer = 0; peer < world; ++peer) {
      const bool linked = peer != rank && (rank == coordinator_endpoint || peer == coordinator_endpoint);
      if (linked) traffic.watch(static_cast<Endpoint>(peer), names[peer]);
    }
  }
};

MpiTransport::MpiTransport() = default;

std::unique_ptr<MpiTransport> MpiTransport::start(int& argc, char**& argv, const Limits& limits) {
  int provided = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "start");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "set up error handling");
  int rank = 0, world = 0;
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "learn its rank");
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &world), "learn the number of ranks");
  if (provided < MPI_THREAD_FUNNELED) {
    throw EnvironmentError("MPI", "this library cannot be used beside threads",
                           "install an MPI with thread level MPI_THREAD_FUNNELED");
  }
  std::unique_ptr<MpiTransport> transport(new MpiTransport);
  transport->impl_ = std::make_unique<Impl>(rank, world, limits);
  transport->impl_->survives_losses = mpirun_survives_losses();
  if (transport->survives_losses()) transport->impl_->watch_peers();
  return transport;
}

MpiTransport::~MpiTransport() {
  bool clean = false;
  try {
    clean = impl_->traffic.flush(impl_->failed ? failed_flush_limit : flush_limit) && impl_->traffic.empty();
  } catch (const Error&) {
    clean = false;  // the peers' own messages say why; here only leaving is left
  }
  if (impl_->survives_losses) {
    // With one rank dead MPI_Finalize returns or hangs, as it happens, and nobody here knows whether all live.
    if (!impl_->failed) impl_->traffic.farewell();
    return;
  }
  if (clean && !impl_->failed && !impl_->traffic.any_lost()) MPI_Finalize();
}

void MpiTransport::send(Endpoint to, const secagg::Message& message) {
  FEDLOOM_CHECK(to < world());
  if (!impl_->traffic.is_lost(to)) impl_->traffic.send(to, secagg::encode(message));
}

std::optional<Envelope> MpiTransport::receive(Instant deadline) {
  microseconds sleep = first_sleep;
  for (;;) {
    if (impl_->traffic.progress()) sleep = first_sleep;
    if (auto arrival = impl_->traffic.take()) {
      if (arrival->lost) return Envelope{arrival->from, std::nullopt, true};
      return Envelope{arrival->from, secagg::decode(arrival->bytes)};
    }
    const Instant now = monotonic_now();
    if (now >= deadline) return std::nullopt;
    sleep = std::min({sleep, impl_->traffic.moving() ? transfer_sleep : idle_sleep,
                      std::chrono::duration_cast<microseconds>(deadline - now)});
    std::this_thread::sleep_for(sleep);
    sleep *= 2;
  }
}

std::size_t MpiTransport::world() const { return impl_->world; }
Endpoint MpiTransport::rank() const { return impl_->rank; }
bool MpiTransport::survives_losses() const { return impl_->survives_losses; }
void MpiTransport::mark_failed() noexcept { impl_->failed = true; }
std::size_t MpiTransport::most_held() const { return impl_->traffic.most_held(); }

std::string MpiTransport::library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  check_mpi(MPI_Get_library_version(text, &length), "tell its version");
  const std::string version(text, length);
  return version.substr(0, version.find_first_of(",\n"));
}

}  // namespace fedloom::transport
