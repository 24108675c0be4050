#pragma once
// Events as JSON text: exact integers only, so that what is read back is what was booked. Used by ledgers.

#include <string>
#include <string_view>
#include <vector>

#include "fedloom/privacy/curve.hpp"

namespace fedloom::privacy {

/// A JSON array, one object an event; 4096 equal neighbours or more are one object with their number as "times".
std::string events_to_json(const std::vector<Event>& events);
/// Throws std::invalid_argument on anything that events_to_json does not write, and on more than two million events.
std::vector<Event> events_from_json(std::string_view text);

}  // namespace fedloom::privacy
