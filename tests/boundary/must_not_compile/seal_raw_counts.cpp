// A mask is no noise: only noised counts are sealed.
#include "fedloom/boundary/masked_share.hpp"
#include "fedloom/boundary/raw.hpp"

using namespace fedloom;

boundary::MaskedShare seal(boundary::NoisedShare& share, boundary::RawCounts& counts, boundary::Mask& mask) {
#ifdef MUST_NOT_COMPILE
  return boundary::MaskedShare::seal(
      std::move(counts),
      std::move(
          mask));  // expect: cannot bind|could not convert|cannot convert|no viable conversion|invalid initialization
#else
  return boundary::MaskedShare::seal(std::move(share), std::move(mask));
#endif
}
