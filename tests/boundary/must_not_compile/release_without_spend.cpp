// No token, no release.
#include "fedloom/boundary/release.hpp"

using namespace fedloom;

boundary::NoisedShare release(boundary::Releaser& releaser, std::vector<boundary::RawCounts>& raw,
                              privacy::Spend& spend) {
#ifdef MUST_NOT_COMPILE
  return releaser.release(std::move(raw));  // expect: no matching function|no matching constructor
#else
  return releaser.release(std::move(raw), std::move(spend));
#endif
}
