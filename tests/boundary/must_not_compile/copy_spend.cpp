// One payment, one release.
#include "fedloom/boundary/release.hpp"

using namespace fedloom;

privacy::Spend take(privacy::Spend& spend) {
#ifdef MUST_NOT_COMPILE
  return spend;  // expect: use of deleted function|call to deleted
#else
  return std::move(spend);
#endif
}
