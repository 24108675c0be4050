#pragma once
// A length of time in a file: 250ms, 30s, 2m or 1h.

#include <string>

#include "document.hpp"
#include "fedloom/base/clock.hpp"

namespace fedloom::config {

struct DurationRange {
  Millis least, most;
  const char* phrase;
};

/// What a tick may be, wherever one is named.
inline constexpr DurationRange tick_range{Millis(10), Millis(60000), "from 10ms to 60s"};

/// The duration at a JSON pointer, `otherwise` when the file does not name it. The pattern in the JSON Schema has
/// checked its form: digits and a unit. Throws ConfigError when it is out of range.
Millis duration(const Document& document, const std::string& pointer, Millis otherwise, const DurationRange& range);

/// As duration() reads it.
std::string duration_text(Millis value);

}  // namespace fedloom::config
