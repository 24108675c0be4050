// Scores are as private as the counts they come from.
#include "fedloom/boundary/raw.hpp"

using namespace fedloom;

boundary::RawScores take(boundary::RawScores& scores) {
#ifdef MUST_NOT_COMPILE
  return scores;  // expect: use of deleted function|call to deleted
#else
  return std::move(scores);
#endif
}
