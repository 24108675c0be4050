// Who reads the mask unmasks the share.
#include "fedloom/boundary/masked_share.hpp"

using namespace fedloom;

std::size_t read(const boundary::Mask& mask) {
#ifdef MUST_NOT_COMPILE
  return mask.words_.size();  // expect: is private|private member|private constructor
#else
  return mask.length();
#endif
}
