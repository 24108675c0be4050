#include "fedloom/transport/mpi.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "mpi_error.hpp"
#include "mpi_rank_group.hpp"
#include "mpi_site_ranks.hpp"
#include "mpi_traffic.hpp"
#include "mpi_world.hpp"

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
/// mpirun gives the ranks a second to end, once one has failed.
constexpr Millis first_complains{2500};

/// Where a peer dies over TCP. Its broken connection must not end this process by a signal; and Open MPI's own event
/// loop, which polls by default, goes round for ever over a socket that it has closed: epoll forgets such a socket.
void survive_broken_connections() {
  std::signal(SIGPIPE, SIG_IGN);
  setenv("OMPI_MCA_opal_event_include", "epoll", 0);
}

/// mpirun tells its ranks by this variable that it was started with --enable-recovery.
bool mpirun_survives_losses() {
  const char* value = std::getenv("OMPI_MCA_orte_enable_recovery");
  return value != nullptr && (std::string_view(value) == "1" || std::string_view(value) == "true");
}

}  // namespace

struct MpiTransport::Impl {
  explicit Impl(std::size_t own_rank) : world_rank(own_rank) {}
  std::size_t world_rank;
  WorldMap map;
  std::optional<MpiTraffic> star;           ///< none at a rank that does not speak for its party
  std::optional<MpiSiteRanks> site;         ///< of a site of several ranks
  std::optional<MpiRankGroup> coordinator;  ///< of a coordinator of several ranks
  MpiParty* party = nullptr;                ///< of which of the two there is
  bool survives_losses = false;
  bool failed = false;

  void connect(const std::vector<Seat>& seats, const Limits& limits) {
    map = map_world(seats, world_rank);
    const Communicators made = split(seats, map, world_rank);
    if (made.star != MPI_COMM_NULL) {
      star.emplace(rank(), map.star.size(), limits, made.star);
      if (survives_losses) watch_peers(seats);
    }
    if (map.party.size() == 1) return;
    std::vector<ProcessName> processes;
    for (const int member : map.party) processes.push_back(seats[static_cast<std::size_t>(member)].process);
    const unsigned part = seats[world_rank].part;
    party = map.party.front() == 0 ? &coordinator.emplace(made.party, part, processes).party()
                                   : &site.emplace(made.party, part, processes).party();
  }

  Endpoint rank() const {
    const auto place = std::ranges::find(map.star, static_cast<int>(world_rank));
    FEDLOOM_CHECK(place != map.star.end());
    return static_cast<Endpoint>(place - map.star.begin());
  }

  /// In a star the sites have to do with the coordinator only.
  void watch_peers(const std::vector<Seat>& seats) {
    const Endpoint own = rank();
    for (std::size_t peer = 0; peer < map.star.size(); ++peer) {
      const bool linked = peer != own && (own == coordinator_endpoint || peer == coordinator_endpoint);
      if (linked) star->watch(static_cast<Endpoint>(peer), seats[static_cast<std::size_t>(map.star[peer])].process);
    }
  }

  MpiTraffic& speaking() {
    FEDLOOM_CHECK(star.has_value());
    return *star;
  }

  /// Gives what was sent last the time to leave; true when nothing is left and nobody was lost.
  bool flush() {
    if (party != nullptr) party->leave(survives_losses && !failed);
    const bool parted = party == nullptr || party->is_clean();
    if (!star) return parted;
    return star->flush(failed ? failed_flush_limit : flush_limit) && star->empty() && !star->any_lost() && parted;
  }
};

MpiTransport::MpiTransport() = default;

std::unique_ptr<MpiTransport> MpiTransport::start(int& argc, char**& argv, const Limits& limits, const Place& place) {
  survive_broken_connections();
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
  transport->impl_ = std::make_unique<Impl>(static_cast<std::size_t>(rank));
  transport->impl_->survives_losses = mpirun_survives_losses();
  // Whatever is wrong from here on, this process leaves without waiting for the others in MPI_Finalize.
  transport->impl_->failed = true;
  const auto seats = exchange_seats(place, static_cast<std::size_t>(world));
  try {
    transport->impl_->connect(seats, limits);
  } catch (const Error&) {
    // All ranks have the same to say: mpirun ends the others while they wait.
    if (rank != 0) sleep_until(monotonic_now() + first_complains);
    throw;
  }
  transport->impl_->failed = false;
  return transport;
}

MpiTransport::~MpiTransport() {
  bool clean = false;
  try {
    clean = impl_->flush();
  } catch (const Error&) {
    clean = false;  // the peers' own messages say why; here only leaving is left
  }
  if (impl_->survives_losses) {
    // With one rank dead MPI_Finalize returns or hangs, as it happens, and nobody here knows whether all live.
    if (!impl_->failed && impl_->star) impl_->star->farewell();
    return;
  }
  if (clean && !impl_->failed) MPI_Finalize();
}

void MpiTransport::send(Endpoint to, const secagg::Message& message) {
  FEDLOOM_CHECK(to < world());
  MpiTraffic& star = impl_->speaking();
  if (!star.is_lost(to)) star.send(to, secagg::encode(message));
}

std::optional<Envelope> MpiTransport::receive(Instant deadline) {
  MpiTraffic& star = impl_->speaking();
  microseconds sleep = first_sleep;
  for (;;) {
    if (impl_->party != nullptr) impl_->party->check();
    if (star.progress()) sleep = first_sleep;
    if (auto arrival = star.take()) {
      if (arrival->lost) return Envelope{arrival->from, std::nullopt, true};
      return Envelope{arrival->from, secagg::decode(arrival->bytes)};
    }
    const Instant now = monotonic_now();
    if (now >= deadline) return std::nullopt;
    sleep = std::min(
        {sleep, star.moving() ? transfer_sleep : idle_sleep, std::chrono::duration_cast<microseconds>(deadline - now)});
    std::this_thread::sleep_for(sleep);
    sleep *= 2;
  }
}

std::size_t MpiTransport::world() const { return impl_->map.star.size(); }
Endpoint MpiTransport::rank() const { return impl_->rank(); }
boundary::SiteInternalWire* MpiTransport::site_ranks() const { return impl_->site ? &*impl_->site : nullptr; }
RankGroup* MpiTransport::coordinator_ranks() const { return impl_->coordinator ? &*impl_->coordinator : nullptr; }
void MpiTransport::give_up_part() noexcept {
  if (impl_->party != nullptr) impl_->party->give_up();
}
bool MpiTransport::survives_losses() const { return impl_->survives_losses; }
void MpiTransport::mark_failed() noexcept { impl_->failed = true; }
std::size_t MpiTransport::most_held() const { return impl_->speaking().most_held(); }

std::string MpiTransport::library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  check_mpi(MPI_Get_library_version(text, &length), "tell its version");
  const std::string version(text, length);
  return version.substr(0, version.find_first_of(",\n"));
}

}  // namespace fedloom::transport
