#pragma once
// Who of an MPI world belongs together: the coordinator and the sites form a star of one rank each, and a party of
// several ranks has a communicator of its own.

#include <cstdint>
#include <span>
#include <vector>

#include "process_watch.hpp"

namespace fedloom::transport {

/// What each rank tells all others at the start, before anything that can fail at one rank only.
struct Seat {
  ProcessName process;
  Digest party{};  ///< of Place::party
  std::uint32_t part = 0, parts = 1;
};

/// In world ranks.
struct WorldMap {
  std::vector<int> star;   ///< who speaks for a party, ascending: rank 0, then each site's first rank
  std::vector<int> party;  ///< one's own, in the order of its parts
};

/// As the rank `own` sees it. Throws EnvironmentError, the same at all ranks, unless rank 0 is a first part and each
/// party of several ranks has all its parts once.
WorldMap map_world(std::span<const Seat> seats, std::size_t own);

}  // namespace fedloom::transport
