#pragma once
// SHA-256 (FIPS 180-4), through libsodium.

#include <array>
#include <filesystem>
#include <memory>

#include "fedloom/base/bytes.hpp"

namespace fedloom {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView bytes);
Digest sha256(std::string_view text);
/// Reads piece by piece. Throws EnvironmentError when the file cannot be read.
Digest sha256_of_file(const std::filesystem::path& file);

/// Hashes fields so that no two different lists of fields hash alike: each
/// field is preceded by its length.
class FieldHasher {
 public:
  FieldHasher();
  ~FieldHasher();
  FieldHasher(const FieldHasher&) = delete;
  FieldHasher& operator=(const FieldHasher&) = delete;
  FieldHasher& field(ByteView bytes);
  FieldHasher& field(std::string_view text);
  FieldHasher& field(std::uint64_t value);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string to_hex(const Digest& digest);

}  // namespace fedloom
