#pragma once
// trust: aggregate. The trusted curator: asks the sites for exact totals over all of them, each once, and answers the
// loop from these under noise that it adds once. The totals are in memory only: after a crash the sites are asked to
// seal the same shares again, which costs nothing.
//
//   <run>/checkpoint/curator/  the curator's own ledger of the run, and the key that signs it: mode 0600

#include <memory>

#include "fedloom/base/random_words.hpp"
#include "fedloom/coordinator/federated_source.hpp"
#include "fedloom/coordinator/run_folder.hpp"

namespace fedloom::coordinator {

/// Words of one block of exact totals: 128 MiB at each site and here, so that a wide workload is opened piece by piece.
inline constexpr std::uint64_t most_block_words = std::uint64_t{1} << 24;

/// The first thing that each site is asked for: the exact count and 1-ways.
boundary::RoundPlan first_exact_plan(const config::Experiment& experiment);

class TotalsSource final : public MeasurementSource {
 public:
  /// `wire` has gathered the sites. All of them outlive the source; programs give a SecureRandom. Throws UsageError
  /// when the sites know a new run's name already, LedgerError when the curator's ledger does not hold what the run has
  /// released.
  TotalsSource(const config::Experiment& experiment, RunFolder& folder, FederatedSource& wire, RandomWords& random);
  ~TotalsSource() override;
  /// What the curator has booked: the sites have booked the whole run.
  privacy::Rho booked() const override;
  bool holds(const boundary::RoundPlan& plan) const override;
  std::variant<Measured, LostRound> measure(const boundary::RoundPlan& plan) override;
  std::size_t select(const SelectStep& step, PublicSpend& spent) override;
  ClosedBooks close(bool finished, const std::vector<PublicSpend>& public_ledger) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::coordinator
