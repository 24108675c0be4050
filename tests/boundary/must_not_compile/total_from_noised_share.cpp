// One share is no total; the way out for a share that holds all the noise is reveal_central.
#include "fedloom/boundary/measurement.hpp"

using namespace fedloom;

boundary::Total reveal(boundary::NoisedShare& share) {
#ifdef MUST_NOT_COMPILE
  return boundary::Total(std::move(share));  // expect: no matching function|no matching constructor
#else
  return boundary::reveal_central(std::move(share));
#endif
}
