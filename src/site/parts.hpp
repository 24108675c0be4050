#pragma once
// What the first rank asks of the site's other ranks.

#include "fedloom/boundary/plan.hpp"
#include "fedloom/boundary/site_internal_sum.hpp"

namespace fedloom::site {

/// The other ranks, seen from the first. Where there are none its counts are the site's.
class Parts {
 public:
  /// `wire`: none where the site is one rank. `patience`: longest wait for the parts once one's own is counted.
  Parts(boundary::SiteInternalWire* wire, Millis patience) : wire_(wire), patience_(patience) {}
  /// Lets them begin to count their parts of the plan's answers.
  void ask(const boundary::RoundPlan& plan);
  /// The site's counts, from one's own part and theirs. Throws EnvironmentError.
  std::vector<boundary::RawCounts> add_to(std::vector<boundary::RawCounts>&& own);

 private:
  boundary::SiteInternalWire* wire_;
  Millis patience_;
  boundary::CountNumber asked_ = 0;
};

}  // namespace fedloom::site
