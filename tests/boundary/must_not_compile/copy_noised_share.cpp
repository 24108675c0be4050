// Two seals of one share under two masks need the vault, not a copy.
#include "fedloom/boundary/noised_share.hpp"

using namespace fedloom;

boundary::NoisedShare take(boundary::NoisedShare& share) {
#ifdef MUST_NOT_COMPILE
  return share;  // expect: use of deleted function|call to deleted
#else
  return std::move(share);
#endif
}
