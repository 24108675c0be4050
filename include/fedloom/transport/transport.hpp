#pragma once
// Carries encoded messages in a star, through bounded memory, and outlives its peers: one that dies, or takes nothing
// any more, is reported as lost. A transport authenticates nobody: that is in the messages.

#include <optional>

#include "fedloom/base/clock.hpp"
#include "fedloom/secagg/coordinator_protocol.hpp"

namespace fedloom::transport {

using secagg::Endpoint;
inline constexpr Endpoint coordinator_endpoint = 0;

/// How much may be on its way. Nothing here limits what passes through in all.
struct Limits {
  std::size_t message = std::size_t{64} << 20;  ///< bytes of one message, encoded
  /// send() waits while more than this is on its way out to that peer.
  std::size_t outgoing = std::size_t{32} << 20;
  /// What has been taken in from all peers and not yet been given out by receive().
  std::size_t incoming = std::size_t{64} << 20;
  /// The same at a site that waits in send(); see the rules at MpiTraffic.
  std::size_t incoming_while_sending = std::size_t{128} << 20;
  /// A peer to which send() waits this long while it takes nothing is lost.
  Millis send_limit{60000};
};

struct Envelope {
  Endpoint from = 0;
  std::optional<secagg::Message> message;  ///< none: the bytes did not decode, or the peer is lost
  /// The peer is gone for good. Comes at most once for each peer, after what had come whole from it before, and
  /// nothing of that peer comes after it.
  bool lost = false;
};

class Transport {
 public:
  virtual ~Transport() = default;
  /// Hands over. Waits only while more than Limits::outgoing is on its way to that peer, and takes messages in
  /// meanwhile, so that two ends that send at once do not wait for each other. What is sent to a lost peer vanishes;
  /// the loss comes out of receive(). Throws EnvironmentError for a message over Limits::message, and when the
  /// transport itself fails.
  virtual void send(Endpoint to, const secagg::Message& message) = 0;
  /// Waits, without spinning, at most until `deadline` (monotonic_now() clock). Throws EnvironmentError when the
  /// transport itself fails.
  virtual std::optional<Envelope> receive(Instant deadline) = 0;
  /// Number of endpoints, the coordinator included.
  virtual std::size_t world() const = 0;
};

}  // namespace fedloom::transport
