#pragma once
// Where the loop's measurements come from: the federation (FederatedSource), a trusted curator of its totals
// (TotalsSource), or the single owner's own rows
// (apps, trust: central).

#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/identity.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/privacy/public_spend.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::coordinator {

using privacy::PublicSpend;

/// How a run's books were closed: each site's newest ledger head, and its signature under all of them and
/// under the public ledger.
struct ClosedBooks {
  std::uint32_t session = 0;
  std::vector<secagg::SiteHead> heads;
  std::vector<secagg::Goodbye> goodbyes;  ///< trust: central: the owner's own
};

/// A round's answers, and how many shares are in them.
struct Measured {
  std::vector<boundary::Measurement> measurements;
  std::uint32_t shares = 1;
  PublicSpend spent;  ///< what it was booked as
};
/// A round that sites may have paid for and that gave nothing: too many were lost in it. The next one is another
/// attempt.
struct LostRound {
  std::string reason;
  PublicSpend spent;
};

class MeasurementSource {
 public:
  virtual ~MeasurementSource() = default;
  /// Largest ρ any site has booked in this run so far (0 at a fresh start).
  virtual privacy::Rho booked() const = 0;
  /// True when every site still holds its share of this very plan, so that measure() costs nothing.
  virtual bool holds(const boundary::RoundPlan& plan) const = 0;
  /// False: a site is missing, or has booked less than another, so that booked() does not tell what each has paid for.
  virtual bool knows_all_books() const { return true; }
  virtual std::variant<Measured, LostRound> measure(const boundary::RoundPlan& plan) = 0;
  /// `spent`: what the selection was booked as.
  virtual std::size_t select(const SelectStep& step, PublicSpend& spent) = 0;
  /// `public_ledger`: the run's whole list of spends. A site acknowledges a finished run only when it covers what the
  /// site has booked.
  virtual ClosedBooks close(bool finished, const std::vector<PublicSpend>& public_ledger) = 0;
};

}  // namespace fedloom::coordinator
