#include "fedloom/privacy/secure_random.hpp"

#include <pthread.h>
#include <sodium.h>

#include <array>
#include <cstring>

#include "fedloom/base/check.hpp"

namespace fedloom::privacy {

SecureRandom::SecureRandom() {
  static const bool ready = sodium_init() >= 0 && ::pthread_atfork(nullptr, nullptr, &RandomWords::note_fork) == 0;
  FEDLOOM_CHECK(ready);
  randombytes_buf(key_.data(), key_.size());
}

SecureRandom::~SecureRandom() {
  sodium_memzero(key_.data(), key_.size());
  sodium_memzero(buffer_.data(), sizeof buffer_);
}

void SecureRandom::refill(std::span<std::uint64_t> out) {
  // Fast key erasure (Bernstein 2017): each refill ends with the key of the next, so that what was
  // drawn cannot be computed again from the state. A key is used once, hence the zero nonce.
  static constexpr std::array<unsigned char, crypto_stream_chacha20_NONCEBYTES> nonce{};
  std::array<unsigned char, sizeof(buffer_) + crypto_stream_chacha20_KEYBYTES> stream;
  FEDLOOM_CHECK(out.size_bytes() == sizeof(buffer_));
  crypto_stream_chacha20(stream.data(), stream.size(), nonce.data(), key_.data());
  std::memcpy(out.data(), stream.data(), sizeof(buffer_));
  std::memcpy(key_.data(), stream.data() + sizeof(buffer_), key_.size());
  sodium_memzero(stream.data(), stream.size());
}

void SecureRandom::forked() {
  randombytes_buf(key_.data(), key_.size());
  at_ = buffer_.size();
}

}  // namespace fedloom::privacy
