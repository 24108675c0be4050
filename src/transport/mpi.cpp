#include "fedloom/transport/mpi.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <thread>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "mpi_error.hpp"

namespace fedloom::transport {
namespace {

using std::chrono::microseconds;

constexpr int message_tag = 7;
constexpr std::size_t max_message_bytes = (std::size_t{1} << 30) - 1;
/// A waiting rank sleeps between looks: at first briefly, then for longer, as the peers need the processor.
constexpr microseconds first_sleep{50};
constexpr microseconds idle_sleep{5000};
/// While a large message is on its way MPI moves it only when asked.
constexpr microseconds transfer_sleep{200};
/// At the end, what was sent last is given this long to leave.
constexpr Millis flush_limit{5000};
constexpr Millis failed_flush_limit{1000};

/// A message on its way out or in; MPI reads or writes the buffer until the request is complete.
struct Transfer {
  Endpoint peer = 0;
  Bytes bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

bool is_complete(Transfer& transfer, const char* action) {
  int done = 0;
  check_peer(MPI_Test(&transfer.request, &done, MPI_STATUS_IGNORE), transfer.peer, action);
  return done != 0;
}

}  // namespace

struct MpiTransport::Impl {
  int rank = 0;
  int world = 0;
  bool failed = false;
  std::list<Transfer> outgoing;
  std::list<Transfer> incoming;  ///< in the order in which they were announced

  void progress_sends() {
    outgoing.remove_if([](Transfer& transfer) { return is_complete(transfer, "send it a message"); });
  }

  /// Starts to receive every message that has been announced.
  bool accept() {
    bool any = false;
    for (;;) {
      int found = 0;
      MPI_Message handle = MPI_MESSAGE_NULL;
      MPI_Status status{};
      check_mpi(MPI_Improbe(MPI_ANY_SOURCE, message_tag, MPI_COMM_WORLD, &found, &handle, &status),
                "look for messages");
      if (found == 0) return any;
      int size = 0;
      check_mpi(MPI_Get_count(&status, MPI_BYTE, &size), "read the size of a message");
      if (size == MPI_UNDEFINED || size < 0) throw EnvironmentError("MPI", "a message has no size", "start again");
      Transfer& transfer = incoming.emplace_back();
      transfer.peer = static_cast<Endpoint>(status.MPI_SOURCE);
      transfer.bytes.resize(static_cast<std::size_t>(size));
      check_mpi(MPI_Imrecv(transfer.bytes.data(), size, MPI_BYTE, &handle, &transfer.request), "receive a message");
      any = true;
    }
  }

  /// The first message that has come whole, but none before an earlier one of the same peer.
  std::optional<Transfer> take_complete() {
    std::vector<Endpoint> unfinished;
    for (auto it = incoming.begin(); it != incoming.end(); ++it) {
      if (std::ranges::find(unfinished, it->peer) != unfinished.end()) continue;
      if (is_complete(*it, "receive its message")) {
        Transfer transfer = std::move(*it);
        incoming.erase(it);
        return transfer;
      }
      unfinished.push_back(it->peer);
    }
    return std::nullopt;
  }

  /// True when everything sent has left.
  bool flush(Millis limit) {
    const Instant end = monotonic_now() + limit;
    for (;;) {
      progress_sends();
      if (outgoing.empty()) return true;
      if (monotonic_now() >= end) return false;
      std::this_thread::sleep_for(transfer_sleep);
    }
  }
};

MpiTransport::MpiTransport() : impl_(std::make_unique<Impl>()) {}

std::unique_ptr<MpiTransport> MpiTransport::start(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "start");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "set up error handling");
  std::unique_ptr<MpiTransport> transport(new MpiTransport);
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &transport->impl_->rank), "learn its rank");
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &transport->impl_->world), "learn the number of ranks");
  if (provided < MPI_THREAD_FUNNELED) {
    throw EnvironmentError("MPI", "this library cannot be used beside threads",
                           "install an MPI with thread level MPI_THREAD_FUNNELED");
  }
  return transport;
}

MpiTransport::~MpiTransport() {
  Impl& impl = *impl_;
  bool clean = false;
  try {
    clean = impl.flush(impl.failed ? failed_flush_limit : flush_limit) && impl.incoming.empty();
  } catch (const Error&) {
    clean = false;  // the peers' own messages say why; here only leaving is left
  }
  if (clean && !impl.failed) {
    MPI_Finalize();
    return;
  }
  // MPI may touch the buffers of unfinished transfers until the process ends.
  static_cast<void>(impl_.release());
}

void MpiTransport::send(Endpoint to, const secagg::Message& message) {
  FEDLOOM_CHECK(to < world());
  impl_->progress_sends();
  Transfer& transfer = impl_->outgoing.emplace_back();
  transfer.peer = to;
  transfer.bytes = secagg::encode(message);
  if (transfer.bytes.size() > max_message_bytes) {
    impl_->outgoing.pop_back();
    throw EnvironmentError("MPI", "a message would be larger than 1 GiB", "lower max_cells in the experiment");
  }
  const int code = MPI_Isend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE,
                             static_cast<int>(to), message_tag, MPI_COMM_WORLD, &transfer.request);
  if (code != MPI_SUCCESS) impl_->outgoing.pop_back();
  check_peer(code, to, "send it a message");
}

std::optional<Envelope> MpiTransport::receive(Instant deadline) {
  microseconds sleep = first_sleep;
  for (;;) {
    impl_->progress_sends();
    if (impl_->accept()) sleep = first_sleep;
    if (auto transfer = impl_->take_complete()) return Envelope{transfer->peer, secagg::decode(transfer->bytes)};
    const Instant now = monotonic_now();
    if (now >= deadline) return std::nullopt;
    const bool moving = !impl_->outgoing.empty() || !impl_->incoming.empty();
    sleep = std::min(
        {sleep, moving ? transfer_sleep : idle_sleep, std::chrono::duration_cast<microseconds>(deadline - now)});
    std::this_thread::sleep_for(sleep);
    sleep *= 2;
  }
}

std::size_t MpiTransport::world() const { return static_cast<std::size_t>(impl_->world); }
Endpoint MpiTransport::rank() const { return static_cast<Endpoint>(impl_->rank); }
void MpiTransport::mark_failed() noexcept { impl_->failed = true; }

std::string MpiTransport::library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  check_mpi(MPI_Get_library_version(text, &length), "tell its version");
  const std::string version(text, length);
  return version.substr(0, version.find_first_of(",\n"));
}

}  // namespace fedloom::transport
