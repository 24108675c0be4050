#pragma once
// Drives the coordinator's half of the protocol over a transport.

#include <atomic>
#include <functional>
#include <memory>

#include "fedloom/coordinator/measurement_source.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::coordinator {

class FederatedSource final : public MeasurementSource {
 public:
  /// Called when it has waited for the same sites for a while: a line for the person at the terminal.
  using OnWait = std::function<void(const std::vector<SiteId>& sites, Millis waited)>;

  /// Gathers all sites of the roster and exchanges keys. Throws PeerError naming who is missing, late or wrong, and
  /// RefusedError when a site says no. `stop` ends the wait for sites to join (Interrupted).
  FederatedSource(const config::Experiment& experiment, std::string run_id, transport::Transport& transport,
                  const std::atomic<bool>& stop, OnWait on_wait);
  ~FederatedSource() override;
  privacy::Rho booked() const override;
  bool holds(const boundary::RoundPlan& plan) const override;
  std::vector<boundary::Measurement> measure(const boundary::RoundPlan& plan, PublicSpend& spent) override;
  std::size_t select(const SelectStep& step, PublicSpend& spent) override;
  ClosedBooks close(bool finished, const std::vector<PublicSpend>& public_ledger) override;
  secagg::RunContext context() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::coordinator
