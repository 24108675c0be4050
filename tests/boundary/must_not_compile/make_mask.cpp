// Only secagg makes masks: anybody else could choose zeros.
#include "fedloom/boundary/masked_share.hpp"

using namespace fedloom;

void make(boundary::Mask& made) {
#ifdef MUST_NOT_COMPILE
  boundary::Mask mask(std::vector<std::uint64_t>(4));  // expect: is private|private member|private constructor
#else
  boundary::Mask mask(std::move(made));
#endif
}
