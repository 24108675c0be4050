#pragma once
// MPI point-to-point in a star around rank 0. Waits with MPI_Iprobe and a sleep that backs off; no collectives.

#include <memory>
#include <string>

#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

class MpiTransport final : public Transport {
 public:
  /// Initialises MPI (thread level funneled: call from the main thread). Throws EnvironmentError.
  static std::unique_ptr<MpiTransport> start(int& argc, char**& argv);
  ~MpiTransport() override;  ///< MPI_Finalize after a clean end; leaves without it after a failure
  void send(Endpoint to, const secagg::Message& message) override;
  std::optional<Envelope> receive(Instant deadline) override;
  std::size_t world() const override;
  Endpoint rank() const;
  /// A peer failed: do not finalise (it would wait for the dead).
  void mark_failed() noexcept;
  static std::string library_version();  ///< for `fedloom doctor`

 private:
  MpiTransport();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::transport
