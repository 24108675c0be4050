#include "mpi_site_ranks.hpp"

namespace fedloom::transport {
namespace {

/// A part may wait long for the first rank, which takes nothing while it counts.
constexpr Limits limits{.message = boundary::SiteInternalWire::max_message + 4096, .send_limit = Millis(3600000)};

}  // namespace

MpiSiteRanks::MpiSiteRanks(MPI_Comm site, unsigned rank, std::span<const ProcessName> processes)
    : party_("this site", site, rank, processes, limits) {}

std::optional<boundary::SiteInternalWire::Arrival> MpiSiteRanks::receive(Instant deadline) {
  auto arrival = party_.receive(deadline, {});
  if (!arrival) return std::nullopt;
  return Arrival{static_cast<unsigned>(arrival->from), std::move(arrival->bytes)};
}

}  // namespace fedloom::transport
