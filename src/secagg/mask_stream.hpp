#pragma once
// Expansion of a pair's key into words: AES-256-CTR (NIST SP 800-38A) from a zero counter, through OpenSSL. The key is
// used for one expansion only, so the counter may start at zero.

#include <cstdint>
#include <span>

#include "mask_key.hpp"

namespace fedloom::secagg {

enum class Sign { plus, minus };

/// words += or -= stream, mod 2^64; the stream's bytes are taken as little-endian words. Throws EnvironmentError when
/// OpenSSL has no AES-256-CTR.
void add_stream(const SecretBytes& key, Sign sign, std::span<std::uint64_t> words);

}  // namespace fedloom::secagg
