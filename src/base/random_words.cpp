#include "fedloom/base/random_words.hpp"

namespace fedloom {

void RandomWords::refresh() {
  if (const std::uint32_t forks = forks_.load(std::memory_order_relaxed); forks_seen_ != forks) {
    forks_seen_ = forks;
    forked();
  }
  if (at_ == buffer_.size()) {
    refill(buffer_);
    at_ = 0;
  }
}

void RandomWords::fill(std::span<std::uint8_t> out) {
  std::size_t i = 0;
  while (i < out.size()) {
    std::uint64_t word = next();
    // Bytes are drawn for keys and nonces: not to be found in the buffer afterwards.
    buffer_[at_ - 1] = 0;
    for (int byte = 0; byte < 8 && i < out.size(); ++byte, ++i) {
      out[i] = static_cast<std::uint8_t>(word);
      word >>= 8;
    }
  }
}

}  // namespace fedloom
