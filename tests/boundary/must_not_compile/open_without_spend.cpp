// A grant alone opens nothing: the site's ledger comes first.
#include "fedloom/boundary/release.hpp"

using namespace fedloom;

boundary::ExactShare open(boundary::Releaser& releaser, std::vector<boundary::RawCounts>& raw, privacy::Spend& spend,
                          boundary::AggregateGrant& grant) {
#ifdef MUST_NOT_COMPILE
  return releaser.open(std::move(raw), std::move(grant));  // expect: no matching function|no matching constructor
#else
  return releaser.open(std::move(raw), std::move(spend), std::move(grant));
#endif
}
