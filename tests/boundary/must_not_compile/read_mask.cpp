// Who reads the mask unmasks the share.
#include "fedloom/boundary/masked_share.hpp"

using namespace fedloom;

void read(const boundary::Mask& mask, std::span<std::uint64_t> words) {
#ifdef MUST_NOT_COMPILE
  mask.source_->add_to(words);  // expect: is private|private member|private constructor
#else
  static_cast<void>(mask);
  static_cast<void>(words);
#endif
}
