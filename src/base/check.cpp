#include "fedloom/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace fedloom {

void invariant_broken(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "fedloom: broken invariant at %s:%d: %s; stopping at once so that nothing leaks\n", file, line,
               expression);
  std::abort();
}

}  // namespace fedloom
