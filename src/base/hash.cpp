#include "fedloom/base/hash.hpp"

#include <sodium.h>

#include <fstream>
#include <vector>

#include "fedloom/base/error.hpp"
#include "sodium.hpp"

namespace fedloom {

Digest sha256(ByteView bytes) {
  ensure_sodium();
  Digest digest;
  crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
  return digest;
}

Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }

Digest sha256_of_file(const std::filesystem::path& file) {
  ensure_sodium();
  std::ifstream in(file, std::ios::binary);
  if (!in) throw EnvironmentError(file.string(), "cannot be opened", "check the path and its permissions");
  crypto_hash_sha256_state state{};
  crypto_hash_sha256_init(&state);
  std::vector<char> block(1U << 20);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    const std::string_view part(block.data(), static_cast<std::size_t>(in.gcount()));
    const ByteView bytes = as_bytes(part);
    crypto_hash_sha256_update(&state, bytes.data(), bytes.size());
  }
  if (in.bad()) throw EnvironmentError(file.string(), "cannot be read", "check the disk and the file's permissions");
  Digest digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

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
