// No log line, no print.
#include <ostream>

#include "fedloom/boundary/raw.hpp"

using namespace fedloom;

void print(std::ostream& out, const boundary::RawCounts& counts) {
#ifdef MUST_NOT_COMPILE
  out << counts;  // expect: no match for .*operator<<|invalid operands
#else
  out << counts.length();
#endif
}
