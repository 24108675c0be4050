#include "fedloom/base/public_stream.hpp"

#include <sodium.h>

#include "fedloom/base/check.hpp"
#include "sodium.hpp"

namespace fedloom {

PublicStream::PublicStream(std::uint64_t seed, std::string_view label)
    : key_(FieldHasher().field("fedloom public stream 1").field(seed).field(label).finish()) {
  ensure_sodium();
}

std::uint64_t PublicStream::next() {
  if (at_ == buffer_.size()) {
    // RFC 8439 counts blocks in 32 bits; the upper bits of our count go into the nonce, so the stream never repeats.
    std::array<std::uint8_t, crypto_stream_chacha20_ietf_NONCEBYTES> nonce{};
    for (std::size_t i = 0; i < 4; ++i) nonce[i] = static_cast<std::uint8_t>(block_ >> (32 + 8 * i));
    std::array<std::uint8_t, sizeof(buffer_)> bytes{};
    crypto_stream_chacha20_ietf_xor_ic(bytes.data(), bytes.data(), bytes.size(), nonce.data(),
                                       static_cast<std::uint32_t>(block_), key_.data());
    for (std::size_t i = 0; i < buffer_.size(); ++i) {
      buffer_[i] = 0;
      for (std::size_t b = 0; b < 8; ++b) buffer_[i] |= std::uint64_t{bytes[8 * i + b]} << (8 * b);
    }
    block_ += sizeof(buffer_) / 64;
    at_ = 0;
  }
  return buffer_[at_++];
}

void PublicStream::fill(std::span<std::uint64_t> out) {
  for (std::uint64_t& word : out) word = next();
}

double PublicStream::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::uint64_t PublicStream::below(std::uint64_t bound) {
  FEDLOOM_CHECK(bound > 0);
  const std::uint64_t rejected = (0 - bound) % bound;  // 2^64 mod bound: the words that would favour small values
  std::uint64_t word = next();
  while (word < rejected) word = next();
  return word % bound;
}

}  // namespace fedloom
