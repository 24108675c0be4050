#include "fedloom/base/hash.hpp"

#include <sodium.h>

#include "sodium.hpp"

namespace fedloom {

Digest sha256(ByteView bytes) {
  ensure_sodium();
  Digest digest;
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }

struct FieldHasher::State {
  crypto_hash_sha256_state sha{};
};

FieldHasher::FieldHasher() : state_(std::make_unique<State>()) {
  ensure_sodium();
  crypto_hash_sha256_init(&state_->sha);
}

FieldHasher::~FieldHasher() = default;

FieldHasher& FieldHasher::field(ByteView bytes) {
  ByteWriter length;
  length.u64(bytes.size());
  crypto_hash_sha256_update(&state_->sha, length.bytes().data(), length.bytes().size());
  crypto_hash_sha256_update(&state_->sha, bytes.data(), bytes.size());
  return *this;
}

FieldHasher& FieldHasher::field(std::string_view text) { return field(as_bytes(text)); }

FieldHasher& FieldHasher::field(std::uint64_t value) {
  ByteWriter number;
  number.u64(value);
  return field(ByteView(number.bytes()));
}

Digest FieldHasher::finish() {
  Digest digest;
  crypto_hash_sha256_final(&state_->sha, digest.data());
  return digest;
}

std::string to_hex(const Digest& digest) { return to_hex(ByteView(digest)); }

}  // namespace fedloom
