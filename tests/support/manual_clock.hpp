#pragma once
// Time that moves only when a test says so.

#include "fedloom/base/clock.hpp"

namespace fedloom::test {

class ManualClock {
 public:
  Instant now() const noexcept { return now_; }
  void advance(Millis by) noexcept { now_ += by; }

 private:
  Instant now_{0};
};

/// A wall clock that stands still, for ledgers and reports.
inline std::string fixed_timestamp() { return "2026-01-02T03:04:05Z"; }

}  // namespace fedloom::test
