// No mask, no seal.
#include "fedloom/boundary/masked_share.hpp"

using namespace fedloom;

boundary::MaskedShare seal(boundary::NoisedShare& share, boundary::Mask& mask) {
#ifdef MUST_NOT_COMPILE
  return boundary::MaskedShare(std::move(share));  // expect: no matching function|no matching constructor
#else
  return boundary::MaskedShare::seal(std::move(share), std::move(mask));
#endif
}
