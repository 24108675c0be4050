// Nobody but a release reads a cell.
#include "fedloom/boundary/raw.hpp"

using namespace fedloom;

std::size_t read(const boundary::RawCounts& counts) {
#ifdef MUST_NOT_COMPILE
  return counts.values_.size();  // expect: is private|private member|private constructor
#else
  return counts.length();
#endif
}
