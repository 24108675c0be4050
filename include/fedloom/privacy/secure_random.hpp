#pragma once
// The operating system's generator expanded by ChaCha20 (libsodium randombytes), for noise, keys and selection.

#include "fedloom/base/random_words.hpp"

namespace fedloom::privacy {

class SecureRandom final : public RandomWords {
 public:
  SecureRandom();
  ~SecureRandom() override;

 private:
  void refill(std::span<std::uint64_t> out) override;
};

}  // namespace fedloom::privacy
