#include "mpi_world.hpp"

#include <algorithm>
#include <type_traits>

#include "mpi_error.hpp"

namespace fedloom::transport {
namespace {

bool any_parts(std::span<const Seat> seats) {
  return std::ranges::any_of(seats, [](const Seat& seat) { return seat.parts != 1; });
}

MPI_Comm split_off(int colour, int key, const char* action) {
  MPI_Comm made = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(MPI_COMM_WORLD, colour, key, &made), action);
  if (made != MPI_COMM_NULL) check_mpi(MPI_Comm_set_errhandler(made, MPI_ERRORS_RETURN), "set up error handling");
  return made;
}

}  // namespace

std::vector<Seat> exchange_seats(const Place& place, std::size_t world) {
  const Seat own{own_process_name(), sha256(place.party), place.part, place.parts};
  static_assert(std::is_trivially_copyable_v<Seat>);
  std::vector<Seat> seats(world);
  check_mpi(MPI_Allgather(&own, sizeof own, MPI_BYTE, seats.data(), sizeof own, MPI_BYTE, MPI_COMM_WORLD),
            "learn which processes take part");
  return seats;
}

Communicators split(std::span<const Seat> seats, const WorldMap& map, std::size_t own) {
  if (!any_parts(seats)) return {};
  const int rank = static_cast<int>(own);
  Communicators made;
  made.star = split_off(seats[own].part == 0 ? 0 : MPI_UNDEFINED, rank, "bring coordinator and sites together");
  made.party = split_off(map.party.front(), static_cast<int>(seats[own].part), "bring the ranks of a party together");
  return made;
}

}  // namespace fedloom::transport
