// One site's noise is not enough to show its words.
#include "fedloom/boundary/noised_share.hpp"

using namespace fedloom;

std::size_t read(const boundary::NoisedShare& share) {
#ifdef MUST_NOT_COMPILE
  return share.words_.size();  // expect: is private|private member|private constructor
#else
  return share.length();
#endif
}
