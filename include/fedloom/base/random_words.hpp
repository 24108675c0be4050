#pragma once
// Where random bits come from. Noise, keys and selection take a RandomWords;
// programs give them a SecureRandom (privacy/secure_random.hpp). Seeded
// generators for them exist under tests/support only.

#include <array>
#include <cstdint>
#include <span>

namespace fedloom {

class RandomWords {
 public:
  virtual ~RandomWords() = default;
  RandomWords(const RandomWords&) = delete;
  RandomWords& operator=(const RandomWords&) = delete;
  /// 64 uniform bits.
  std::uint64_t next() {
    if (at_ == buffer_.size()) {
      refill(buffer_);
      at_ = 0;
    }
    return buffer_[at_++];
  }
  void fill(std::span<std::uint8_t> out);

 protected:
  RandomWords() = default;
  virtual void refill(std::span<std::uint64_t> out) = 0;
  /// For generators that must not be read ahead of (tests): words left unread.
  std::array<std::uint64_t, 64> buffer_{};
  std::size_t at_ = 64;
};

}  // namespace fedloom
