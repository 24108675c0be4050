// Nobody but the exponential mechanism reads a score.
#include "fedloom/boundary/raw.hpp"

using namespace fedloom;

std::size_t read(const boundary::RawScores& scores) {
#ifdef MUST_NOT_COMPILE
  return scores.scores_.size();  // expect: is private|private member|private constructor
#else
  return scores.length();
#endif
}
