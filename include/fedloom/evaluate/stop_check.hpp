#pragma once
// A way to stop work that takes minutes.

#include <functional>

namespace fedloom::evaluate {

/// Called now and then, between steps, by the thread that called; what it throws ends the work. None: nobody asks.
using StopCheck = std::function<void()>;

inline void ask(const StopCheck& check) {
  if (check) check();
}

}  // namespace fedloom::evaluate
