#pragma once
// Puts one measurement on trial: the same mechanism again and again, on two neighbouring inputs, against the adversary
// that the claim is about, who knows everything but whether the entity is there (and the noise of honest sites). The
// exact curve of the discrete mechanism is known, so that too little noise, too much, and noise of another kind show.
//
// What it can show: that this build adds the noise that it books, and lets one entity move a count no further than it
// books. What it cannot: anything of mechanisms that it does not run, or that a mechanism is private for all inputs.

#include <cstdint>
#include <string>
#include <vector>

#include "fedloom/audit/bounds.hpp"

namespace fedloom::audit {

class AuditedMechanism {
 public:
  virtual ~AuditedMechanism() = default;
  /// Releases a histogram in which cell c holds all rows of one worst-case entity where present[c], and none
  /// otherwise. Gives what the adversary is left with when all that it knows is taken off: noisy cells in grid units.
  virtual std::vector<double> release(const std::vector<bool>& present) = 0;
};

/// What the ledger books for the mechanism.
struct MechanismClaim {
  long double variance = 0;  ///< of the noise that the adversary does not know, in squared grid units
  std::uint64_t shift = 0;   ///< how far one entity moves its cell, in grid units
};

struct MechanismAuditOptions {
  std::uint64_t trials = std::uint64_t{1} << 22;  ///< cells released in all; about half of them with the entity
  std::uint32_t cells = 1U << 18;                 ///< in one release, at least 1,000
  double error = 1e-6;                            ///< chance that a mechanism that keeps its claim is found guilty:
                                                  ///< all accusations together (of correlations by the normal law)
  std::uint64_t seed = 0;                         ///< of the coins that say in which cells the entity is: public
};

/// The test "the entity is there when the cell is at least `threshold`" is the best one there is for this (ε, δ) of
/// the claimed curve: no smaller ε holds at this δ.
struct CurvePoint {
  std::int64_t threshold = 0;
  double epsilon = 0, delta = 0;
  double true_positives = 0, false_positives = 0;  ///< as the claimed law has them
};
/// The point with the largest ε at which `trials` should prove at least `fraction` of it; where there is none, the
/// point at which they prove the largest part.
CurvePoint choose_point(const MechanismClaim& claim, std::uint64_t trials, double error, double fraction = 0.94);

struct MechanismVerdict {
  CurvePoint point;
  ManyRuns runs;           ///< of the test at point.threshold
  double lower_bound = 0;  ///< of ε at point.delta, with probability 1 − error; the best of a few tests, as less noise
                           ///< than is claimed shows best at a lower threshold
  std::vector<std::string> faults;  ///< a sentence each; empty: nothing was found
  double fraction_of_claim() const { return lower_bound / point.epsilon; }
};

/// Throws what the mechanism throws.
MechanismVerdict audit_mechanism(AuditedMechanism& mechanism, const MechanismClaim& claim,
                                 const MechanismAuditOptions& options);

}  // namespace fedloom::audit
