#pragma once
// Queues between threads of one process: tests, and the trial of a plan without MPI. Messages are encoded and
// decoded on the way, as everywhere.

#include <functional>
#include <memory>

#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

class InProcessHub {
 public:
  explicit InProcessHub(std::size_t world);
  ~InProcessHub();
  /// The end of `endpoint`; lives no longer than the hub.
  std::unique_ptr<Transport> connect(Endpoint endpoint);
  /// Called with every message's bytes, in the order sent (a wiretap for tests).
  void on_send(std::function<void(Endpoint from, Endpoint to, ByteView bytes)> tap);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fedloom::transport
