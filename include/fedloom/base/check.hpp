#pragma once
// A broken invariant aborts: fail closed. Never use this for input.

namespace fedloom {
[[noreturn]] void invariant_broken(const char* expression, const char* file, int line) noexcept;
}  // namespace fedloom

#define FEDLOOM_CHECK(expression) \
  ((expression) ? (void)0 : ::fedloom::invariant_broken(#expression, __FILE__, __LINE__))
