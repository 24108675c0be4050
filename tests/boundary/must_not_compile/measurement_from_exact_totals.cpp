// Exact totals are no noisy total: no measurement is cut from them.
#include "fedloom/boundary/exact_totals.hpp"

using namespace fedloom;

std::vector<boundary::Measurement> cut(boundary::ExactTotals& exact, boundary::Total& noised,
                                       const boundary::RoundPlan& plan, const schema::Domain& domain) {
#ifdef MUST_NOT_COMPILE
  boundary::Total&& total = std::move(exact);  // expect: invalid initialization|could not convert|no matching
  return boundary::to_measurements(std::move(total), plan, domain, 1);
#else
  return exact.holds({}, {}) ? boundary::to_measurements(std::move(noised), plan, domain, 1)
                             : std::vector<boundary::Measurement>{};
#endif
}
