// Only the site's own policy lets exact totals go.
#include "fedloom/boundary/aggregate_grant.hpp"

using namespace fedloom;

boundary::AggregateGrant make(boundary::AggregateGrant& made) {
#ifdef MUST_NOT_COMPILE
  return boundary::AggregateGrant(privacy::CuratorEvent{});  // expect: is private|private member|private constructor
#else
  return boundary::AggregateGrant(std::move(made));
#endif
}
