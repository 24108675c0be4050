#pragma once
// MPI point-to-point in a star around rank 0. Waits with MPI_Improbe and a sleep that backs off; no collectives after
// the start.
//
// Open MPI 4.1 tells nobody of a rank that was killed: a small message to it vanishes, a large one never leaves. See
// docs/secure-sum.md for what a run under mpirun survives.

#include <memory>
#include <string>

#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

class MpiTransport final : public Transport {
 public:
  /// Initialises MPI (thread level funneled: call from the main thread). Throws EnvironmentError.
  static std::unique_ptr<MpiTransport> start(int& argc, char**& argv, const Limits& limits = {});
  ~MpiTransport() override;  ///< MPI_Finalize after a clean end; leaves without it after a failure
  void send(Endpoint to, const secagg::Message& message) override;
  std::optional<Envelope> receive(Instant deadline) override;
  std::size_t world() const override;
  Endpoint rank() const;
  /// A peer failed: do not finalise (it would wait for the dead).
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
