#include "mpi_site_ranks.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::transport {
namespace {

using std::chrono::microseconds;

constexpr microseconds first_sleep{50};
constexpr microseconds idle_sleep{5000};
constexpr Millis flush_limit{2000};

/// A part may wait long for the first rank, which takes nothing while it counts.
constexpr Limits limits{.message = boundary::SiteInternalWire::max_message + 4096, .send_limit = Millis(3600000)};

}  // namespace

MpiSiteRanks::MpiSiteRanks(MPI_Comm site, unsigned rank, std::span<const ProcessName> processes)
    : rank_(rank),
      size_(static_cast<unsigned>(processes.size())),
      traffic_(static_cast<Endpoint>(rank), processes.size(), limits, site) {
  for (unsigned peer = 0; peer < size_; ++peer) {
    if (peer != rank && (peer == 0 || rank == 0)) traffic_.watch(static_cast<Endpoint>(peer), processes[peer]);
  }
}

void MpiSiteRanks::report_loss(Endpoint rank) const {
  const std::string who = "part " + std::to_string(rank + 1) + " of " + std::to_string(size_);
  throw EnvironmentError(who + " of this site", "was lost",
                         "see its own log and the system's, then start the run again with --resume");
}

void MpiSiteRanks::send_inside_this_site(unsigned to, Bytes bytes) {
  FEDLOOM_CHECK(!bytes.empty() && to < size_ && to != rank_);
  traffic_.send(static_cast<Endpoint>(to), std::move(bytes));
}

std::optional<boundary::SiteInternalWire::Arrival> MpiSiteRanks::receive(Instant deadline) {
  microseconds sleep = first_sleep;
  for (;;) {
    if (traffic_.progress()) sleep = first_sleep;
    if (auto arrival = traffic_.take()) {
      if (arrival->lost || arrival->bytes.empty()) report_loss(arrival->from);
      return Arrival{static_cast<unsigned>(arrival->from), std::move(arrival->bytes)};
    }
    const Instant now = monotonic_now();
    if (now >= deadline) return std::nullopt;
    sleep = std::min({sleep, idle_sleep, std::chrono::duration_cast<microseconds>(deadline - now)});
    std::this_thread::sleep_for(sleep);
    sleep *= 2;
  }
}

void MpiSiteRanks::give_up() noexcept {
  try {
    traffic_.send(0, {});
  } catch (const Error&) {
    // The first rank then hears of it when this process ends.
  }
}

void MpiSiteRanks::check() {
  traffic_.progress();
  for (unsigned peer = 0; peer < size_; ++peer) {
    if (traffic_.is_lost(static_cast<Endpoint>(peer))) report_loss(static_cast<Endpoint>(peer));
  }
}

void MpiSiteRanks::leave(bool farewell) noexcept {
  try {
    traffic_.flush(flush_limit);
    if (farewell) traffic_.farewell();
  } catch (const Error&) {
    // Leaving is all that is left to do.
  }
}

}  // namespace fedloom::transport
