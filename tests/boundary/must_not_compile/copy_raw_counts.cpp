// One answer exists once: a copy would be released or kept unbooked.
#include "fedloom/boundary/raw.hpp"

using namespace fedloom;

boundary::RawCounts take(boundary::RawCounts& counts) {
#ifdef MUST_NOT_COMPILE
  return counts;  // expect: use of deleted function|call to deleted
#else
  return std::move(counts);
#endif
}
