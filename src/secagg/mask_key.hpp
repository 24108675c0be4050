#pragma once
// Key agreement for masks: X25519 (RFC 7748), through libsodium. Secrets are move-only and wiped.

#include <array>
#include <optional>
#include <span>

#include "fedloom/base/identity.hpp"
#include "fedloom/base/random_words.hpp"

namespace fedloom::secagg {

/// 32 secret bytes, wiped from memory when they go.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::span<const std::uint8_t, 32> bytes);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();
  std::span<const std::uint8_t, 32> view() const noexcept { return bytes_; }
  std::span<std::uint8_t, 32> writable() noexcept { return bytes_; }
  SecretBytes clone() const { return SecretBytes(view()); }

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

/// An X25519 key pair.
class MaskKey {
 public:
  /// A fresh one.
  explicit MaskKey(RandomWords& random);
  /// One whose secret half is known: put together from its shares.
  explicit MaskKey(SecretBytes&& secret);
  /// To be split into shares.
  const SecretBytes& secret() const noexcept { return secret_; }
  const PublicKey& public_key() const noexcept { return public_; }
  /// The secret shared with the holder of `peer`. None for a point of low order, whose secret everyone knows.
  std::optional<SecretBytes> agree(const PublicKey& peer) const;

 private:
  SecretBytes secret_;
  PublicKey public_{};
};

/// Whether everyone knows what anyone agrees on with it, so that agree() would give none.
bool is_low_order(const PublicKey& key);

}  // namespace fedloom::secagg
