// Only secagg makes masks: anybody else could choose zeros.
#include "fedloom/boundary/masked_share.hpp"

using namespace fedloom;

void make(std::unique_ptr<boundary::MaskSource> zeros, boundary::Mask& made) {
#ifdef MUST_NOT_COMPILE
  boundary::Mask mask(std::move(zeros));  // expect: is private|private member|private constructor
#else
  boundary::Mask mask(std::move(made));
  static_cast<void>(zeros);
#endif
}
