#pragma once
// Two ways to expand and add AES-256-CTR streams, with the same result to the bit.

#include <cstdint>
#include <span>

#include "mask_stream.hpp"

namespace fedloom::secagg {

inline constexpr std::size_t words_per_block = 2;

/// words += Σ sign·stream, where `words` begin at block `first_block` of each stream. Throws EnvironmentError when
/// OpenSSL has no AES-256-CTR.
void add_by_openssl(std::span<const KeyStream> streams, std::uint64_t first_block, std::span<std::uint64_t> words);

/// Whether this processor, and its system, have what add_by_vaes uses: AES on 512-bit registers.
bool has_vaes() noexcept;
/// The same; only where has_vaes() is true. Aborts elsewhere.
void add_by_vaes(std::span<const KeyStream> streams, std::uint64_t first_block, std::span<std::uint64_t> words);

}  // namespace fedloom::secagg
