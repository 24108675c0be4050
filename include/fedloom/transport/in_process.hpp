#pragma once
// Queues between threads of one process: tests, and the trial of a plan without MPI. Messages are encoded and
// decoded on the way, as everywhere, and each endpoint's queue is limited as under MPI.

#include <functional>
#include <memory>

#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

class InProcessHub {
 public:
  explicit InProcessHub(std::size_t world, const Limits& limits = {});
  ~InProcessHub();
  /// The end of `endpoint`; lives no longer than the hub. An endpoint whose end is gone is lost to those who send to
  /// it.
  std::unique_ptr<Transport> connect(Endpoint endpoint);
  /// Called with every message's bytes, in the order sent (a wiretap for tests).
  void on_send(std::function<void(Endpoint from, Endpoint to, ByteView bytes)> tap);
  /// The most bytes that have waited for `endpoint` at one time.
  std::size_t most_waiting(Endpoint endpoint) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fedloom::transport
