#include "world_map.hpp"

#include <string>

#include "fedloom/base/error.hpp"

namespace fedloom::transport {
namespace {

[[noreturn]] void refuse(std::size_t rank, const Seat& seat, const std::string& what) {
  throw EnvironmentError(
      "mpirun",
      "rank " + std::to_string(rank) + " was started as part " + std::to_string(seat.part + 1) + " of " +
          std::to_string(seat.parts) + ", " + what,
      "start each part of a site or of the coordinator once, all in one mpirun, with the same K in --part I/K");
}

/// Ranks that say they are of one party with that of `seat`, one a part.
std::vector<int> ranks_of(std::span<const Seat> seats, std::size_t asking) {
  const Seat& seat = seats[asking];
  if (seat.part >= seat.parts) refuse(asking, seat, "which is no part");
  std::vector<int> ranks(seat.parts, -1);
  std::uint32_t found = 0;
  for (std::size_t rank = 0; rank < seats.size(); ++rank) {
    const Seat& other = seats[rank];
    if (other.party != seat.party) continue;
    if (other.parts != seat.parts || other.part >= seat.parts) {
      refuse(asking, seat, "but rank " + std::to_string(rank) + " of the same party as something else");
    }
    if (ranks[other.part] != -1) refuse(asking, seat, "and another part of that party was started twice");
    ranks[other.part] = static_cast<int>(rank);
    ++found;
  }
  if (found != seat.parts) refuse(asking, seat, "but only " + std::to_string(found) + " of these were started");
  return ranks;
}

}  // namespace

WorldMap map_world(std::span<const Seat> seats, std::size_t own) {
  WorldMap map;
  for (std::size_t rank = 0; rank < seats.size(); ++rank) {
    const bool alone = seats[rank].parts == 1 && seats[rank].part == 0;
    auto party = alone ? std::vector<int>{static_cast<int>(rank)} : ranks_of(seats, rank);
    if (seats[rank].part == 0) map.star.push_back(static_cast<int>(rank));
    if (rank == own) map.party = std::move(party);
  }
  if (seats[0].part != 0) refuse(0, seats[0], "but rank 0 is the coordinator's first");
  return map;
}

}  // namespace fedloom::transport
