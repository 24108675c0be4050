#pragma once
// Events as JSON values, for the ledger's lines and for event_json.hpp.

#include <nlohmann/json.hpp>
#include <vector>

#include "fedloom/privacy/curve.hpp"

namespace fedloom::privacy {

/// Keys sorted, integers only: one text per value.
nlohmann::json events_value(const std::vector<Event>& events);
/// Throws std::invalid_argument or nlohmann::json::exception.
std::vector<Event> parse_events(const nlohmann::json& list);

}  // namespace fedloom::privacy
