#include "mpi_party.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::transport {
namespace {

using std::chrono::microseconds;

constexpr microseconds first_sleep{50};
constexpr Millis flush_limit{2000};

/// One wait. The processor is left to others between two looks.
class Rest {
 public:
  explicit Rest(const MpiParty::Pace& pace) : pace_(pace) {}
  void begin_anew() { since_ = monotonic_now(), sleep_ = first_sleep; }
  void until_next_look(Instant deadline) {
    const Instant now = monotonic_now();
    if (now - since_ < pace_.awake) {
      sched_yield();
      return;
    }
    const auto left = std::chrono::duration_cast<microseconds>(deadline - now);
    sleep_ = std::min({sleep_, pace_.longest_sleep, std::max(left, microseconds(0))});
    std::this_thread::sleep_for(sleep_);
    sleep_ *= 2;
  }

 private:
  MpiParty::Pace pace_;
  Instant since_ = monotonic_now();
  microseconds sleep_ = first_sleep;
};

}  // namespace

MpiParty::MpiParty(std::string name, MPI_Comm ranks, unsigned rank, std::span<const ProcessName> processes,
                   const Limits& limits)
    : name_(std::move(name)),
      rank_(rank),
      size_(static_cast<unsigned>(processes.size())),
      traffic_(static_cast<Endpoint>(rank), processes.size(), limits, ranks) {
  for (unsigned peer = 0; peer < size_; ++peer) {
    if (peer != rank && (peer == 0 || rank == 0)) traffic_.watch(static_cast<Endpoint>(peer), processes[peer]);
  }
}

void MpiParty::report_loss(unsigned rank) const {
  const std::string who = "part " + std::to_string(rank + 1) + " of " + std::to_string(size_);
  throw EnvironmentError(who + " of " + name_, "was lost",
                         "see its own log and the system's, then start the run again with --resume");
}

void MpiParty::send(unsigned to, Bytes bytes) {
  FEDLOOM_CHECK(!bytes.empty() && to < size_ && to != rank_);
  traffic_.send(static_cast<Endpoint>(to), std::move(bytes));
}

std::optional<Arrival> MpiParty::receive(Instant deadline, const Pace& pace) {
  Rest rest(pace);
  for (;;) {
    if (traffic_.progress()) rest.begin_anew();
    take_what_came();
    if (!came_.empty()) {
      Arrival first = std::move(came_.front());
      came_.pop_front();
      return first;
    }
    if (monotonic_now() >= deadline) return std::nullopt;
    rest.until_next_look(deadline);
  }
}

void MpiParty::wait_until_taken(Instant deadline, const Pace& pace) {
  Rest rest(pace);
  for (;;) {
    if (traffic_.progress()) rest.begin_anew();
    check();
    const auto waiting = traffic_.sending_to();
    if (!waiting) return;
    if (monotonic_now() >= deadline) report_loss(*waiting);
    rest.until_next_look(deadline);
  }
}

void MpiParty::give_up() noexcept {
  try {
    traffic_.send(0, {});
  } catch (const Error&) {
    // The first rank then hears of it when this process ends.
  }
}

void MpiParty::take_what_came() {
  while (auto arrival = traffic_.take()) {
    if (arrival->lost || arrival->bytes.empty()) report_loss(arrival->from);
    came_.push_back(std::move(*arrival));
  }
}

void MpiParty::check() {
  traffic_.progress();
  take_what_came();
  for (unsigned peer = 0; peer < size_; ++peer) {
    if (traffic_.is_lost(static_cast<Endpoint>(peer))) report_loss(peer);
  }
}

void MpiParty::leave(bool farewell) noexcept {
  try {
    traffic_.flush(flush_limit);
    if (farewell) traffic_.farewell();
  } catch (const Error&) {
    // Leaving is all that is left to do.
  }
}

}  // namespace fedloom::transport
