// Exact totals have no accessor: the curator reads them through noise.
#include "fedloom/boundary/exact_totals.hpp"

using namespace fedloom;

bool read(const boundary::ExactTotals& totals) {
#ifdef MUST_NOT_COMPILE
  return totals.blocks_.empty();  // expect: is private|private member|private constructor
#else
  return totals.holds({}, {});
#endif
}
