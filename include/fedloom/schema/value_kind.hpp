#pragma once
// What a column's cells look like, and nothing else of them.

#include <cstdint>

namespace fedloom::schema {

/// All cells that are there are whole numbers, numbers, dates of ISO 8601, such dates with a time of day, or not all are
/// any of these.
enum class ValueKind : std::uint8_t { whole, number, date, datetime, text };

}  // namespace fedloom::schema
