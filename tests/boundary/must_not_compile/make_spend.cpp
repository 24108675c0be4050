// Only the accountant makes a token, after the entry is on disk.
#include "fedloom/boundary/release.hpp"

using namespace fedloom;

void make(privacy::Spend& made) {
#ifdef MUST_NOT_COMPILE
  privacy::Spend spend(std::vector<privacy::Event>{});  // expect: is private|private member|private constructor
#else
  privacy::Spend spend(std::move(made));
#endif
}
