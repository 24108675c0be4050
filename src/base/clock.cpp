#include "fedloom/base/clock.hpp"

#include <ctime>
#include <thread>

namespace fedloom {

Instant monotonic_now() {
  return std::chrono::duration_cast<Instant>(std::chrono::steady_clock::now().time_since_epoch());
}

void sleep_until(Instant at) { std::this_thread::sleep_until(std::chrono::steady_clock::time_point(at)); }

std::string utc_timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, length};
}

}  // namespace fedloom
