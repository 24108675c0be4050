#pragma once
// Carries encoded messages in a star. A transport authenticates nobody: that is in the messages.

#include <optional>

#include "fedloom/base/clock.hpp"
#include "fedloom/secagg/coordinator_protocol.hpp"

namespace fedloom::transport {

using secagg::Endpoint;
inline constexpr Endpoint coordinator_endpoint = 0;

struct Envelope {
  Endpoint from = 0;
  std::optional<secagg::Message> message;  ///< none: the bytes did not decode
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Hands over without waiting for the receiver. Throws PeerError when the peer is gone (a peer of an earlier
  /// message too, when that is learned only now).
  virtual void send(Endpoint to, const secagg::Message& message) = 0;
  /// Waits, without spinning, at most until `deadline` (monotonic_now() clock). Throws PeerError as send does.
  virtual std::optional<Envelope> receive(Instant deadline) = 0;
  /// Number of endpoints, the coordinator included.
  virtual std::size_t world() const = 0;
};

}  // namespace fedloom::transport
