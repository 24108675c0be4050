#pragma once
// Where the loop's measurements come from: the federation (FederatedSource), or the single owner's own rows
// (apps, trust: central).

#include <string>
#include <vector>

#include "fedloom/base/identity.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::coordinator {

/// One line of the run's public ledger: what was spent, by every site alike.
struct PublicSpend {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::string kind;  ///< "spend" | "lost" (paid, but its total never arrived) | "reuse" (free)
  std::string stage;
  std::vector<privacy::Event> events;
};

/// How a run's books were closed: each site's newest ledger head, and its signature under all of them and
/// under the public ledger.
struct ClosedBooks {
  std::uint32_t session = 0;
  std::vector<secagg::SiteHead> heads;
  std::vector<secagg::Goodbye> goodbyes;  ///< trust: central: the owner's own
};

class MeasurementSource {
 public:
  virtual ~MeasurementSource() = default;
  /// Largest ρ any site has booked in this run so far (0 at a fresh start).
  virtual privacy::Rho booked() const = 0;
  /// True when every site still holds its share of this very plan, so that measure() costs nothing.
  virtual bool holds(const boundary::RoundPlan& plan) const = 0;
  /// `spent`: what the measurement was booked as.
  virtual std::vector<boundary::Measurement> measure(const boundary::RoundPlan& plan, PublicSpend& spent) = 0;
  virtual std::size_t select(const SelectStep& step, PublicSpend& spent) = 0;
  virtual ClosedBooks close(bool finished, const Digest& public_ledger) = 0;
};

}  // namespace fedloom::coordinator
