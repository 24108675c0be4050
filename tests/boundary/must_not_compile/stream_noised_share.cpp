// No log line, no print.
#include <ostream>

#include "fedloom/boundary/noised_share.hpp"

using namespace fedloom;

void print(std::ostream& out, const boundary::NoisedShare& share) {
#ifdef MUST_NOT_COMPILE
  out << share;  // expect: no match for .*operator<<|invalid operands
#else
  out << share.length();
#endif
}
