#pragma once
// Expansion of keys into words: AES-256-CTR (NIST SP 800-38A) from a zero counter. A key is used for one expansion
// only, so the counter may start at zero.

#include <cstdint>
#include <span>

#include "mask_key.hpp"

namespace fedloom::secagg {

enum class Sign : std::int8_t { plus = 1, minus = -1 };
constexpr Sign opposite(Sign sign) noexcept { return sign == Sign::plus ? Sign::minus : Sign::plus; }

struct KeyStream {
  SecretBytes key;
  Sign sign = Sign::plus;
};

/// words += Σ sign·stream, mod 2^64; a stream's bytes are taken as little-endian words. All streams are added to a few
/// words at a time, which stay in registers or in the cache; `threads` threads. Throws EnvironmentError when OpenSSL is
/// needed and has no AES-256-CTR.
void add_streams(std::span<const KeyStream> streams, std::span<std::uint64_t> words, unsigned threads = 1);

}  // namespace fedloom::secagg
