#pragma once
// Tells when a process of this machine has ended, however it ended. MPI itself tells nobody.

#include <cstdint>
#include <vector>

#include "fedloom/base/hash.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

/// Which process this is, so that another can find out whether it can watch it.
struct ProcessName {
  Digest machine{};  ///< of the machine's boot and the namespace that its process ids count in
  std::int64_t id = 0;
};
ProcessName own_process_name();

class ProcessWatch {
 public:
  ProcessWatch() = default;
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;
  /// Watches that process from now on; does nothing when it runs on another machine or the kernel gives no handle.
  void add(Endpoint peer, const ProcessName& process);
  void forget(Endpoint peer);
  /// Those that have ended; each is given once.
  std::vector<Endpoint> ended();

 private:
  struct Watched {
    Endpoint peer;
    int handle;  ///< a pidfd: names this process for ever, even after its number is used again
  };
  std::vector<Watched> watched_;
};

}  // namespace fedloom::transport
