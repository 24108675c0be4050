#pragma once
// Public randomness: a deterministic stream that every party can repeat from a
// public seed (sketch signs, sampling order). Never for noise, keys or selection.

#include <string_view>

#include "fedloom/base/hash.hpp"

namespace fedloom {

/// ChaCha20 (RFC 8439) key stream under key = SHA-256(seed, label), as 64-bit
/// little-endian words, the same on every machine.
class PublicStream {
 public:
  PublicStream(std::uint64_t seed, std::string_view label);
  std::uint64_t next();
  void fill(std::span<std::uint64_t> out);
  /// Uniform on [0, 1) with 53 bits.
  double uniform();
  /// Uniform on [0, bound), bound > 0, by rejection.
  std::uint64_t below(std::uint64_t bound);

 private:
  Digest key_{};
  std::uint64_t block_ = 0;
  std::array<std::uint64_t, 64> buffer_{};
  std::size_t at_ = 64;
};

}  // namespace fedloom
