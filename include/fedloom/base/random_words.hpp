#pragma once
// Where random bits come from. Noise, keys and selection take a RandomWords;
// programs give them a SecureRandom (privacy/secure_random.hpp). Seeded
// generators for them exist under tests/support only.

#include <array>
#include <atomic>
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
    if (at_ == buffer_.size() || forks_seen_ != forks_.load(std::memory_order_relaxed)) refresh();
    return buffer_[at_++];
  }
  void fill(std::span<std::uint8_t> out);

 protected:
  RandomWords() = default;
  virtual void refill(std::span<std::uint64_t> out) = 0;
  /// Called before the first word that is drawn after a fork, in the child, when note_fork() is its fork handler.
  virtual void forked() {}
  /// For pthread_atfork: bits buffered before a fork must not be drawn by parent and child alike.
  static void note_fork() { forks_.fetch_add(1, std::memory_order_relaxed); }
  /// Words from at_ on are unread.
  std::array<std::uint64_t, 64> buffer_{};
  std::size_t at_ = 64;

 private:
  void refresh();
  // The one process-wide count in Fedloom: a fork concerns the process, not an object.
  static inline std::atomic<std::uint32_t> forks_{0};
  std::uint32_t forks_seen_ = forks_.load(std::memory_order_relaxed);
};

}  // namespace fedloom
