#pragma once
// Counts what leaves the site on its way out, for the audit log and the receipt.

#include "fedloom/site/audit_log.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::site {

class CountingTransport final : public transport::Transport {
 public:
  explicit CountingTransport(transport::Transport& inner) : inner_(inner) {}
  void send(transport::Endpoint to, const secagg::Message& message) override;
  std::optional<transport::Envelope> receive(Instant deadline) override { return inner_.receive(deadline); }
  std::size_t world() const override { return inner_.world(); }
  /// Handed over so far: bytes as encoded, without what the carrier adds.
  const Sent& sent() const noexcept { return sent_; }

 private:
  transport::Transport& inner_;
  Sent sent_;
};

}  // namespace fedloom::site
