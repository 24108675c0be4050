#pragma once
// Bernoulli trials that read a uniform number digit by digit (base 2^32), exactly and without division.

#include <cstdint>

#include "fedloom/base/random_words.hpp"

namespace fedloom::privacy {

/// Random bits, 32 at a time.
class HalfWords {
 public:
  explicit HalfWords(RandomWords& random) : random_(&random) {}
  std::uint32_t next() {
    if (has_half_) {
      has_half_ = false;
      return half_;
    }
    const std::uint64_t word = random_->next();
    half_ = static_cast<std::uint32_t>(word >> 32);
    has_half_ = true;
    return static_cast<std::uint32_t>(word);
  }

 private:
  RandomWords* random_;
  std::uint32_t half_ = 0;
  bool has_half_ = false;
};

/// True with probability num/den, num ≤ den < 2^(bits − 32). A uniform number in [0, 1) is read digit by digit
/// (base 2^32): its digit u leaves it below num/den for certain when (u + 1)·den ≤ num·2^32, above for certain when
/// u·den ≥ num·2^32, and otherwise the rest of its digits is compared with what is left of the fraction.
template <typename Unsigned>
bool bernoulli(Unsigned num, Unsigned den, HalfWords& bits) {
  for (;;) {
    const Unsigned below = Unsigned{bits.next()} * den;
    const Unsigned wanted = num << 32;
    if (below >= wanted) return false;
    num = wanted - below;
    if (num >= den) return true;
  }
}

}  // namespace fedloom::privacy
