#pragma once
// What the server answers with.

#include <string>

#include "fedloom/live/facts.hpp"

namespace fedloom::live {

/// The page, as of `now`; it asks for itself again every two seconds.
std::string page_of(const RunFacts& facts, Instant now);
/// Prometheus text exposition format, version 0.0.4.
std::string metrics_of(const RunFacts& facts, Instant now);

}  // namespace fedloom::live
