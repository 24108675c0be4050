#pragma once
// The ranks of one party, in a star around its first, over a communicator that only they are in.

#include <mpi.h>

#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "mpi_traffic.hpp"

namespace fedloom::transport {

class MpiParty {
 public:
  /// How a wait looks for messages: at first without sleeping, then with sleeps that grow up to `longest_sleep`.
  struct Pace {
    std::chrono::microseconds awake{0};
    std::chrono::microseconds longest_sleep{5000};
  };

  /// `name`: of the party, in what is said of a lost rank. `processes`: of its ranks, in their order. A loss is found
  /// by watching them, however mpirun was started.
  MpiParty(std::string name, MPI_Comm ranks, unsigned rank, std::span<const ProcessName> processes,
           const Limits& limits);
  unsigned rank() const { return rank_; }
  unsigned size() const { return size_; }
  /// Never empty. Does not wait for it to leave.
  void send(unsigned to, Bytes bytes);
  /// The next message, in order of each sender; nothing when none has come until `deadline`. Throws EnvironmentError
  /// when a rank that this one has to do with is lost, or has given up.
  std::optional<Arrival> receive(Instant deadline, const Pace& pace);
  /// Until all that was sent has been taken: MPI moves it only when asked. Throws EnvironmentError when a rank is lost,
  /// or has not taken its own at `deadline`.
  void wait_until_taken(Instant deadline, const Pace& pace);
  /// Tells the first rank that nothing more will come from this one.
  void give_up() noexcept;
  /// Throws EnvironmentError when one of the ranks that this one has to do with is lost, or has given up. Does not wait.
  void check();
  /// Waits a little for what was sent last; with `farewell` tells the others that this rank leaves in order.
  void leave(bool farewell) noexcept;
  /// All that was sent has left, and nobody was lost.
  bool is_clean() const { return traffic_.empty() && !traffic_.any_lost(); }
  /// As one that is lost.
  [[noreturn]] void report_loss(unsigned rank) const;

 private:
  /// Throws as check().
  void take_what_came();

  std::string name_;
  unsigned rank_, size_;
  MpiTraffic traffic_;
  std::deque<Arrival> came_;  ///< taken from the traffic, not yet asked for
};

}  // namespace fedloom::transport
