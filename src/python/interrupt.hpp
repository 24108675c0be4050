#pragma once
// Ctrl-C while C++ works without the interpreter's lock.

#include <chrono>
#include <functional>

namespace fedloom::python {

/// Runs Python's signal handlers where some time has passed since the last call, and throws what they raise. For loops
/// that hold no lock; only Python's main thread has handlers to run.
class Interrupt {
 public:
  void operator()();

 private:
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace fedloom::python
