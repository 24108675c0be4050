#pragma once
// A WorldMap as MPI has it: who is there, and the communicators.

#include <mpi.h>

#include "fedloom/transport/mpi.hpp"
#include "world_map.hpp"

namespace fedloom::transport {

/// Every rank's seat. The first collective; all ranks live still.
std::vector<Seat> exchange_seats(const Place& place, std::size_t world);

struct Communicators {
  MPI_Comm star = MPI_COMM_WORLD;  ///< MPI_COMM_NULL at a rank that does not speak
  MPI_Comm party = MPI_COMM_NULL;  ///< of one's own ranks; null where there is one
};
/// Collective over the world. Where every party is one rank the star is the world, and nothing is exchanged.
Communicators split(std::span<const Seat> seats, const WorldMap& map, std::size_t own);

}  // namespace fedloom::transport
