// What the curator holds never travels.
#include "fedloom/boundary/exact_totals.hpp"
#include "fedloom/secagg/message.hpp"

using namespace fedloom;

secagg::Message make(boundary::ExactTotals& totals, secagg::ShareMessage& sealed) {
#ifdef MUST_NOT_COMPILE
  return secagg::Message(std::move(totals));  // expect: no matching function|no matching constructor
#else
  return totals.holds({}, {}) ? secagg::Message(secagg::Abort{"held"}) : secagg::Message(std::move(sealed));
#endif
}
