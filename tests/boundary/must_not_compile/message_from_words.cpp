// Plain numbers cannot become a message: nobody knows what they are.
#include "fedloom/secagg/message.hpp"

using namespace fedloom;

secagg::Message make(std::vector<std::uint64_t>& words, secagg::ShareMessage& sealed) {
#ifdef MUST_NOT_COMPILE
  return secagg::Message(std::move(words));  // expect: no matching function|no matching constructor
#else
  return words.size() == 0 ? secagg::Message(secagg::Abort{"empty"}) : secagg::Message(std::move(sealed));
#endif
}
