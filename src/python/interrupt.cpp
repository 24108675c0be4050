#include "interrupt.hpp"

#include <nanobind/nanobind.h>

namespace fedloom::python {
namespace {

constexpr std::chrono::milliseconds every{50};

}  // namespace

void Interrupt::operator()() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + every;
  const nanobind::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
}

}  // namespace fedloom::python
