// Exact counts must be sealed before they travel.
#include "fedloom/boundary/exact_share.hpp"
#include "fedloom/secagg/message.hpp"

using namespace fedloom;

secagg::Message make(boundary::ExactShare& share, secagg::ShareMessage& sealed) {
#ifdef MUST_NOT_COMPILE
  return secagg::Message(std::move(share));  // expect: no matching function|no matching constructor
#else
  return share.length() == 0 ? secagg::Message(secagg::Abort{"empty"}) : secagg::Message(std::move(sealed));
#endif
}
