#pragma once
// The operating system's generator (libsodium randombytes) expanded by ChaCha20, for noise, keys and selection.
// What was drawn cannot be computed again from the state; the state is wiped when destroyed. A child made by
// fork() gets a new key before its next word, so it never repeats its parent's. Not for two threads at once.

#include "fedloom/base/random_words.hpp"

namespace fedloom::privacy {

class SecureRandom final : public RandomWords {
 public:
  SecureRandom();
  ~SecureRandom() override;

 private:
  void refill(std::span<std::uint64_t> out) override;
  void forked() override;
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace fedloom::privacy
