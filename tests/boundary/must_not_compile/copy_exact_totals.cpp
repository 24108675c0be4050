// Exact totals are held once, by the curator.
#include "fedloom/boundary/exact_totals.hpp"

using namespace fedloom;

boundary::ExactTotals twice(boundary::ExactTotals& totals) {
#ifdef MUST_NOT_COMPILE
  return totals;  // expect: use of deleted function|call to deleted
#else
  return std::move(totals);
#endif
}
