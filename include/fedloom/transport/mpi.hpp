#pragma once
// MPI point-to-point in a star around rank 0. Waits with MPI_Improbe and a sleep that backs off; no collectives after
// the start.
//
// A site, and the coordinator, may be several ranks. Its first rank is the party to all others: endpoints are those
// first ranks, in the world's order. The others have a communicator of their own with it, and no way to anybody else.
//
// What a killed rank means was found by trying Open MPI 4.1. Without --enable-recovery mpirun kills the others. With it
// they live, and MPI tells them nothing: what is sent to the dead vanishes or never leaves, without an error. So each
// rank watches its peers' processes where they run on its own machine, and a loss is known within a second; of a
// process on another machine only the silence is seen, and the protocol's deadlines decide. MPI_Finalize after a death
// sometimes hangs, so that under --enable-recovery no rank calls it; mpirun then gives 0 whatever the ranks gave. Over
// TCP a peer's broken connection brought a signal, and an endless loop within MPI: start() sees to both, and a call of
// MPI that does not return for half a minute ends the process by name (code 9). A rank that dies before all have come
// through MPI_Init leaves the others in there for ever: whoever started mpirun must end it.

#include <memory>
#include <string>

#include "fedloom/base/rank_group.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::boundary {
class SiteInternalWire;
}

namespace fedloom::transport {

/// What the launcher says of a process's place in its party: a site, or the coordinator.
struct Place {
  std::string party;  ///< where it has several ranks: the same at all of them, and at no other
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
};

class MpiTransport final : public Transport {
 public:
  /// Initialises MPI (thread level funneled: call from the main thread). Throws EnvironmentError, also when the parts
  /// of some party were not each started once.
  static std::unique_ptr<MpiTransport> start(int& argc, char**& argv, const Limits& limits = {},
                                             const Place& place = {});
  /// MPI_Finalize after a clean end. Leaves without it after a failure, and where losses are survived; there the peers
  /// take a clean end for a farewell and not for a loss.
  ~MpiTransport() override;
  /// Only at a party's first rank.
  void send(Endpoint to, const secagg::Message& message) override;
  /// Only at a party's first rank. Throws EnvironmentError when another rank of the party is lost.
  std::optional<Envelope> receive(Instant deadline) override;
  /// Parties: the sites and the coordinator.
  std::size_t world() const override;
  /// Endpoint of this party; only at its first rank.
  Endpoint rank() const;
  /// The way to the other ranks of this site; none when it is one rank, and none at the coordinator.
  boundary::SiteInternalWire* site_ranks() const;
  /// The ranks of the coordinator, at each of them; none when it is one rank, and none at a site.
  RankGroup* coordinator_ranks() const;
  /// At a part of the coordinator that goes no further: its first rank then throws EnvironmentError by name.
  void give_up_part() noexcept;
  /// mpirun was told to let the others live when a rank dies.
  bool survives_losses() const;
  /// A peer failed, or this rank did: do not finalise (it would wait for the dead), and leave as one that is lost.
  void mark_failed() noexcept;
  /// The most bytes of messages that were taken in and not yet given out at one time.
  std::size_t most_held() const;
  static std::string library_version();  ///< for `fedloom doctor`

 private:
  MpiTransport();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::transport
