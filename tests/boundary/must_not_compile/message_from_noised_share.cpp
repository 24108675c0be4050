// A share with one site's noise must be sealed before it travels.
#include "fedloom/boundary/noised_share.hpp"
#include "fedloom/secagg/message.hpp"

using namespace fedloom;

secagg::Message make(boundary::NoisedShare& share, secagg::ShareMessage& sealed) {
#ifdef MUST_NOT_COMPILE
  return secagg::Message(std::move(share));  // expect: no matching function|no matching constructor
#else
  return share.length() == 0 ? secagg::Message(secagg::Abort{"empty"}) : secagg::Message(std::move(sealed));
#endif
}
