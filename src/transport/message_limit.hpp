#pragma once
// The limit of one message, the same on every way.

#include "fedloom/base/error.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

/// Throws EnvironmentError when a message of `bytes` may not be sent.
inline void check_message_size(std::size_t bytes, const Limits& limits) {
  if (bytes <= limits.message) return;
  throw EnvironmentError(
      "transport",
      "a message of " + std::to_string(bytes) + " bytes is over the limit of " + std::to_string(limits.message),
      "lower max_cells in the experiment");
}

}  // namespace fedloom::transport
