#pragma once
// trust: central — the single owner of all rows, in one process, no wire. Same policy, ledger and noise as a site.

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/site/plan_answerer.hpp"

namespace fedloom::site {

class Curator {
 public:
  /// Throws RefusedError when the policy does not allow the experiment.
  Curator(const SiteRun& run, data::Loaded&& loaded, SiteLog& log);
  /// True when the noised share of this very plan is still here: measuring it again costs nothing.
  bool holds(const boundary::RoundPlan& plan) const;
  /// Throws RefusedError or BudgetError.
  std::vector<boundary::Measurement> measure(boundary::RoundPlan plan);
  std::size_t select(std::uint32_t round, const std::vector<boundary::Candidate>& candidates,
                     const privacy::ExponentialEvent& event, const schema::Coarsening& coarsening = {});
  privacy::Rho booked() const noexcept { return answerer_.booked(); }
  const privacy::LedgerHead& head() const noexcept { return answerer_.head(); }
  void close_books() { answerer_.close_books(); }

 private:
  std::uint32_t next_attempt(std::uint32_t round) const;
  SiteRun run_;
  PlanAnswerer answerer_;
};

}  // namespace fedloom::site
