#pragma once
// Who is who: Ed25519 (RFC 8032) identities of sites, and the roster that every
// site approves by its fingerprint. A site's id comes from its key, never from
// its rank or address.

#include <array>
#include <compare>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/hash.hpp"

namespace fedloom {

/// Name of a site in the roster: 1 to 64 of [a-z0-9_-].
struct SiteId {
  std::string name;
  auto operator<=>(const SiteId&) const = default;
};
bool is_site_name(std::string_view name) noexcept;

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// Ed25519 secret key. Move-only; wiped from memory when destroyed; has no
/// accessor to its bytes.
class SigningKey {
 public:
  static SigningKey generate();
  /// From 32 bytes of seed (RFC 8032 secret key). Used by load() and tests.
  static SigningKey from_seed(std::span<const std::uint8_t, 32> seed);
  /// Throws ConfigError (missing, malformed, readable by others).
  static SigningKey load(const std::filesystem::path& file);
  /// Writes a new file with mode 0600; never overwrites. Throws EnvironmentError.
  void save_new(const std::filesystem::path& file) const;
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();
  const PublicKey& public_key() const noexcept { return public_; }
  Signature sign(ByteView message) const;
  /// A 32-byte key for encrypting this site's own files at rest:
  /// HKDF-SHA-256 of the seed with `purpose` as info.
  Digest storage_key(std::string_view purpose) const;

 private:
  SigningKey() = default;
  std::array<std::uint8_t, 64> secret_{};
  PublicKey public_{};
};

bool verify(const PublicKey& key, ByteView message, const Signature& signature);

struct Member {
  SiteId id;
  PublicKey key{};
};

/// The sites of an experiment, sorted by id. Ids and keys are distinct.
class Roster {
 public:
  /// Throws std::invalid_argument on an empty or too long list (over 100), a
  /// bad name, or a repeated name or key.
  explicit Roster(std::vector<Member> members);
  std::size_t size() const noexcept { return members_.size(); }
  const std::vector<Member>& members() const noexcept { return members_; }
  std::optional<std::size_t> index_of(const SiteId& id) const;
  std::optional<std::size_t> index_of(const PublicKey& key) const;
  /// SHA-256 over ids and keys in order; what people compare out of band.
  const Digest& fingerprint() const noexcept { return fingerprint_; }

 private:
  std::vector<Member> members_;
  Digest fingerprint_{};
};

}  // namespace fedloom
