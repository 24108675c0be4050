// A mask is no noise: only noised counts are sealed.
#include "fedloom/boundary/masked_share.hpp"
#include "fedloom/boundary/raw.hpp"

using namespace fedloom;
using boundary::MaskedShare;

MaskedShare seal(boundary::NoisedShare& share, boundary::RawCounts& counts, boundary::Mask& mask) {
#ifdef MUST_NOT_COMPILE
  return MaskedShare::seal(std::move(counts), std::move(mask));  // expect: cannot convert|no viable conversion
#else
  return counts.length() > 0 ? MaskedShare::seal(std::move(share), std::move(mask)) : MaskedShare::from_wire({});
#endif
}
