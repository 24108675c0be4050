// Exact counts cannot become a message.
#include "fedloom/boundary/raw.hpp"
#include "fedloom/secagg/message.hpp"

using namespace fedloom;

secagg::Message make(boundary::RawCounts& counts, secagg::ShareMessage& sealed) {
#ifdef MUST_NOT_COMPILE
  return secagg::Message(std::move(counts));  // expect: no matching function|no matching constructor
#else
  return counts.length() == 0 ? secagg::Message(secagg::Abort{"empty"}) : secagg::Message(std::move(sealed));
#endif
}
