// Only a release makes a share: words of any other origin carry no noise.
#include "fedloom/boundary/noised_share.hpp"

using namespace fedloom;

void make(boundary::NoisedShare& made) {
#ifdef MUST_NOT_COMPILE
  boundary::NoisedShare share(std::vector<std::uint64_t>(4),
                              1);  // expect: is private|private member|private constructor
#else
  boundary::NoisedShare share(std::move(made));
#endif
}
