// Rows cannot become a message.
#include "fedloom/data/table.hpp"
#include "fedloom/secagg/message.hpp"

using namespace fedloom;

secagg::Message make(data::Table& table, secagg::ShareMessage& sealed) {
#ifdef MUST_NOT_COMPILE
  return secagg::Message(std::move(table));  // expect: no matching function|no matching constructor
#else
  return table.rows() == 0 ? secagg::Message(secagg::Abort{"empty"}) : secagg::Message(std::move(sealed));
#endif
}
