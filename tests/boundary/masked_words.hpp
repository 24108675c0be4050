#pragma once
// What of a site's messages may follow its rows: the masked words, their digests, and the signature over the digests.

#include <gtest/gtest.h>

#include "fedloom/secagg/message.hpp"

namespace fedloom::test {

/// The message with that blotted out.
inline Bytes blotted(const Bytes& bytes) {
  auto message = secagg::decode(bytes);
  EXPECT_TRUE(message);
  if (auto* share = std::get_if<secagg::ShareMessage>(&*message)) {
    for (Digest& chunk : share->chunks) chunk = {};
    share->signature = {};
    return secagg::encode(*message);
  }
  if (auto* chunk = std::get_if<secagg::ShareChunk>(&*message)) {
    chunk->words = boundary::MaskedShare::from_wire(std::vector<std::uint64_t>(chunk->words.words().size(), 0));
    return secagg::encode(*message);
  }
  return bytes;
}

}  // namespace fedloom::test
