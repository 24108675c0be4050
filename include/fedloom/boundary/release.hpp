#pragma once
// raw value + Spend → noised value. The only reader of the raw types.

#include <vector>

#include "fedloom/base/random_words.hpp"
#include "fedloom/boundary/aggregate_grant.hpp"
#include "fedloom/boundary/exact_share.hpp"
#include "fedloom/boundary/noised_share.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/boundary/raw.hpp"
#include "fedloom/privacy/accountant.hpp"

namespace fedloom::boundary {

class Releaser {
 public:
  /// `random` must outlive the releaser; programs give a SecureRandom.
  explicit Releaser(RandomWords& random) : random_(&random) {}

  /// Adds each query's exact discrete Gaussian noise: words[k] = counts[k]·2^grid_bits + noise mod 2^64, all
  /// queries of the round in order. Aborts when the token's events are not those of the raw values (number,
  /// length, a raw bound above the event's sensitivity): a token pays for one release only.
  NoisedShare release(std::vector<RawCounts>&& raw, privacy::Spend&& spend) const;

  /// trust: aggregate: the exact counts, for a sum over all sites that a trusted curator sees. Aborts unless the token
  /// is a handover of as many totals to the curator that the grant names.
  ExactShare open(std::vector<RawCounts>&& raw, privacy::Spend&& spend, AggregateGrant&& grant) const;

  /// Exact exponential mechanism over integer scores; the token must hold one ExponentialEvent with as many candidates.
  std::size_t select(RawScores&& scores, privacy::Spend&& spend) const;

 private:
  RandomWords* random_;
};

}  // namespace fedloom::boundary
