// Only Releaser::open makes an exact share: words of any other origin were not agreed to.
#include "fedloom/boundary/exact_share.hpp"

using namespace fedloom;

void make(boundary::ExactShare& made) {
#ifdef MUST_NOT_COMPILE
  boundary::ExactShare share(std::vector<std::uint64_t>(4));  // expect: is private|private member|private constructor
#else
  boundary::ExactShare share(std::move(made));
#endif
}
