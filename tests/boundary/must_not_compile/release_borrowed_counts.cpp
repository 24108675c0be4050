// A release consumes the counts: they cannot be released again.
#include "fedloom/boundary/release.hpp"

using namespace fedloom;

boundary::NoisedShare release(boundary::Releaser& releaser, std::vector<boundary::RawCounts>& raw,
                              privacy::Spend& spend) {
#ifdef MUST_NOT_COMPILE
  return releaser.release(
      raw, std::move(spend));  // expect: cannot bind rvalue|no known conversion|cannot bind|no matching member
#else
  return releaser.release(std::move(raw), std::move(spend));
#endif
}
