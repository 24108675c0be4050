// A mask covers one share; used twice, the difference of two shares shows.
#include "fedloom/boundary/masked_share.hpp"

using namespace fedloom;

boundary::Mask take(boundary::Mask& mask) {
#ifdef MUST_NOT_COMPILE
  return mask;  // expect: use of deleted function|call to deleted
#else
  return std::move(mask);
#endif
}
