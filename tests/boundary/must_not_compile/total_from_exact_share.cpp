// One site's exact counts are no total, and have no reveal_central.
#include "fedloom/boundary/exact_share.hpp"
#include "fedloom/boundary/measurement.hpp"

using namespace fedloom;

boundary::Total reveal(boundary::ExactShare& exact, boundary::NoisedShare& noised) {
#ifdef MUST_NOT_COMPILE
  return boundary::reveal_central(std::move(exact));  // expect: invalid initialization|could not convert|no matching
#else
  return exact.length() > 0 ? boundary::reveal_central(std::move(noised)) : boundary::Total({});
#endif
}
