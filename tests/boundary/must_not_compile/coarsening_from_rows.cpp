// Which codes are merged is read off released measurements, never off rows or what is counted from them.
#include "fedloom/boundary/raw.hpp"
#include "fedloom/coordinator/coarsen.hpp"

using namespace fedloom;

schema::Coarsening merge(const schema::Schema& schema, const std::vector<boundary::Measurement>& released,
                         const std::vector<boundary::RawCounts>& counted) {
#ifdef MUST_NOT_COMPILE
  return coordinator::coarsening_for(schema, counted);  // expect: invalid initialization|no known conversion
#else
  return counted.empty() ? schema::Coarsening() : coordinator::coarsening_for(schema, released);
#endif
}
