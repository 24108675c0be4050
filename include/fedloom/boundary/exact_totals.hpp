#pragma once
// trust: aggregate. What a trusted curator holds: exact sums over all sites. PRIVATE: no copy, no stream operator, no
// accessor to a cell, and no way to a Message, a Measurement or a file but TotalsReleaser, which takes a Spend.

#include <cstdint>
#include <map>
#include <vector>

#include "fedloom/boundary/candidate.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/boundary/release.hpp"

namespace fedloom::boundary {

class ExactTotals {
 public:
  /// None yet.
  explicit ExactTotals(const schema::Domain& domain) : domain_(domain) {}
  /// `words`: the sum of every site's share of this plan, masks gone. Aborts unless the plan asks for exact totals and
  /// is as long.
  ExactTotals(std::vector<std::uint64_t>&& words, const RoundPlan& plan, const schema::Domain& domain);
  ExactTotals(ExactTotals&&) noexcept = default;
  ExactTotals& operator=(ExactTotals&&) noexcept = default;
  ExactTotals(const ExactTotals&) = delete;
  ExactTotals& operator=(const ExactTotals&) = delete;

  /// Takes in another block of the same run. Aborts on a total that is here already.
  void add(ExactTotals&& block);
  /// What was asked for is public: true when the marginal's total is here, over these bins or over finer ones.
  bool holds(const schema::Marginal& marginal, const schema::Coarsening& coarsening) const;

 private:
  friend class TotalsReleaser;
  using Cells = std::vector<std::int64_t>;
  struct Block {
    schema::Coarsening coarsening;
    std::map<schema::Marginal, Cells> totals;
    bool serves(const schema::Marginal& marginal, const schema::Coarsening& wanted) const;
  };
  /// Calls use(cells over these bins). Aborts when the total is not here.
  template <class Use>
  auto with_cells(const schema::Marginal& marginal, const schema::Coarsening& coarsening, const Use& use) const;
  schema::Domain domain_;  ///< the schema's
  std::vector<Block> blocks_;
};

/// The only reader of exact totals: adds all the noise there is, once.
class TotalsReleaser {
 public:
  /// `random` must outlive the releaser; programs give a SecureRandom.
  explicit TotalsReleaser(RandomWords& random) : releaser_(random) {}

  /// Adds each query's exact discrete Gaussian noise. Aborts when the token does not pay for this plan, when the plan
  /// counts on more than one contributor, or on a total that is not here.
  Total release(const ExactTotals& totals, const RoundPlan& plan, privacy::Spend&& spend) const;

  /// Exact exponential mechanism over the candidates' scores on the totals. `entity_rows`: Δ of one marginal.
  std::size_t select(const ExactTotals& totals, const std::vector<Candidate>& candidates,
                     const schema::Coarsening& coarsening, std::uint32_t entity_rows, privacy::Spend&& spend) const;

 private:
  Releaser releaser_;
};

}  // namespace fedloom::boundary
