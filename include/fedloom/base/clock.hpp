#pragma once
// Time as a value: state machines are told what time it is, and never ask.

#include <chrono>
#include <cstdint>
#include <string>

namespace fedloom {

/// Milliseconds on a clock that never goes back; its zero has no meaning.
using Instant = std::chrono::duration<std::int64_t, std::milli>;
using Millis = std::chrono::milliseconds;

Instant monotonic_now();
/// Sleeps until monotonic_now() reaches `at`.
void sleep_until(Instant at);
/// Wall clock, UTC, "2026-11-22T15:44:19Z".
std::string utc_timestamp();

}  // namespace fedloom
