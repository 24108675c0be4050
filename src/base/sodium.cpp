#include "sodium.hpp"

#include <sodium.h>

#include "fedloom/base/check.hpp"

namespace fedloom {

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  FEDLOOM_CHECK(ready);
}

}  // namespace fedloom
