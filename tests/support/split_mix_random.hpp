#pragma once
// A seeded RandomWords for tests: SplitMix64 (Steele, Lea & Flood 2014), one word after another,
// so that known-answer vectors and whole runs can be repeated. Never linked into a program.

#include <cstdint>

#include "fedloom/base/random_words.hpp"

namespace fedloom::test {

class SplitMixRandom final : public RandomWords {
 public:
  explicit SplitMixRandom(std::uint64_t seed) noexcept : state_(seed) {}
  /// Words that were read so far.
  std::uint64_t words_used() const noexcept { return made_ - (buffer_.size() - at_); }

 private:
  void refill(std::span<std::uint64_t> out) override {
    for (std::uint64_t& word : out) {
      state_ += 0x9E3779B97F4A7C15U;
      std::uint64_t z = state_;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
      word = z ^ (z >> 31);
    }
    made_ += out.size();
  }

  std::uint64_t state_;
  std::uint64_t made_ = 0;
};

}  // namespace fedloom::test
