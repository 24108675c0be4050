// Nobody reads exact counts before they are masked.
#include "fedloom/boundary/exact_share.hpp"

using namespace fedloom;

std::size_t read(const boundary::ExactShare& share) {
#ifdef MUST_NOT_COMPILE
  return share.words_.size();  // expect: is private|private member|private constructor
#else
  return share.length();
#endif
}
