#pragma once
// Drives the coordinator's half of the protocol over a transport.

#include <atomic>
#include <functional>
#include <memory>

#include "fedloom/boundary/exact_totals.hpp"
#include "fedloom/coordinator/measurement_source.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::coordinator {

class FederatedSource final : public MeasurementSource {
 public:
  /// Lines for the person at the terminal.
  struct Listener {
    /// Called when it has waited for the same sites for a while.
    std::function<void(const std::vector<SiteId>& sites, Millis waited)> on_wait;
    /// A site was set aside, and the run goes on.
    std::function<void(const std::string& reason)> on_lost;
  };

  /// Gathers the sites of the roster (with dropouts, at least n − u of them) and exchanges keys. Throws PeerError
  /// naming who is missing, late or wrong, and RefusedError when a site says no. `stop` ends the wait for sites to join
  /// (Interrupted).
  FederatedSource(const config::Experiment& experiment, std::string run_id, transport::Transport& transport,
                  const std::atomic<bool>& stop, Listener listener);
  ~FederatedSource() override;
  privacy::Rho booked() const override;
  bool holds(const boundary::RoundPlan& plan) const override;
  bool knows_all_books() const override;
  std::variant<Measured, LostRound> measure(const boundary::RoundPlan& plan) override;
  std::size_t select(const SelectStep& step, PublicSpend& spent) override;
  /// trust: aggregate: the exact totals of a plan with a curator, and what each site has booked for them.
  struct Opened {
    boundary::ExactTotals totals;
    PublicSpend handed;
  };
  Opened fetch(const boundary::RoundPlan& plan);
  ClosedBooks close(bool finished, const std::vector<PublicSpend>& public_ledger) override;
  secagg::RunContext context() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::coordinator
