#pragma once
// HKDF-SHA-256 (RFC 5869), through libsodium.

#include <array>

#include "fedloom/base/bytes.hpp"

namespace fedloom {

/// Extract and expand to 32 bytes; an empty salt is none.
std::array<std::uint8_t, 32> hkdf_sha256(ByteView key_material, ByteView salt, ByteView info);

}  // namespace fedloom
