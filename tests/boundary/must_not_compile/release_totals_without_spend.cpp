// No token, no release: the curator pays for each total that it shows.
#include "fedloom/boundary/exact_totals.hpp"

using namespace fedloom;

boundary::Total release(const boundary::TotalsReleaser& releaser, const boundary::ExactTotals& totals,
                        const boundary::RoundPlan& plan, privacy::Spend& spend) {
#ifdef MUST_NOT_COMPILE
  return releaser.release(totals, plan);  // expect: no matching function|no matching constructor
#else
  return releaser.release(totals, plan, std::move(spend));
#endif
}
