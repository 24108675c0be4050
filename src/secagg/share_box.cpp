#include "share_box.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "fedloom/base/check.hpp"
#include "fedloom/base/hkdf.hpp"

namespace fedloom::secagg {
namespace {

constexpr std::size_t half = 32;
static_assert(std::tuple_size_v<SealedPair> == 2 * half + crypto_aead_xchacha20poly1305_ietf_ABYTES);

/// A key serves one message, so that its nonce may be zero. The terms tell what is shared: other secrets, even under a
/// context that was used before, would be sealed with another key.
constexpr std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce{};

Bytes binding_of(const BoxContext& about) {
  ByteWriter bytes;
  bytes.raw(about.context);
  bytes.raw(about.sender);
  bytes.raw(about.receiver);
  bytes.raw(about.terms);
  return std::move(bytes).take();
}

SecretBytes key_of(const SecretBytes& shared, ByteView binding) {
  auto bytes = hkdf_sha256(shared.view(), as_bytes("fedloom share box 1"), binding);
  SecretBytes key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

/// SHA-256 of fields of fixed lengths, the last of them secret.
class Commitment {
 public:
  explicit Commitment(std::string_view what) {
    FEDLOOM_CHECK(sodium_init() >= 0);
    crypto_hash_sha256_init(&state_);
    add(as_bytes(what));
  }
  Commitment(const Commitment&) = delete;
  Commitment& operator=(const Commitment&) = delete;
  ~Commitment() { sodium_memzero(&state_, sizeof state_); }
  Commitment& add(ByteView bytes) {
    crypto_hash_sha256_update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  Digest finish() {
    Digest digest;
    crypto_hash_sha256_final(&state_, digest.data());
    return digest;
  }

 private:
  crypto_hash_sha256_state state_;
};

}  // namespace

SealedPair seal(const SecretBytes& shared, const BoxContext& about, const SharePair& shares) {
  const Bytes binding = binding_of(about);
  const SecretBytes key = key_of(shared, binding);
  SealedPair sealed;
  std::ranges::copy(shares.self_seed.view(), sealed.begin());
  std::ranges::copy(shares.mask_key.view(), sealed.begin() + half);
  // In place: what was copied above is encrypted before anyone sees it.
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, sealed.data(), 2 * half, binding.data(),
                                                 binding.size(), nullptr, nonce.data(), key.view().data());
  FEDLOOM_CHECK(failed == 0);
  return sealed;
}

std::optional<SharePair> open(const SecretBytes& shared, const BoxContext& about, const SealedPair& sealed) {
  const Bytes binding = binding_of(about);
  const SecretBytes key = key_of(shared, binding);
  std::array<std::uint8_t, 2 * half> opened;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(opened.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 binding.data(), binding.size(), nonce.data(),
                                                 key.view().data()) != 0) {
    return std::nullopt;
  }
  const std::span<const std::uint8_t, 2 * half> both(opened);
  SharePair shares{.self_seed = SecretBytes(both.first<half>()), .mask_key = SecretBytes(both.last<half>())};
  sodium_memzero(opened.data(), opened.size());
  return shares;
}

Digest commit_to_share(const BoxContext& about, SecretKind kind, const SecretBytes& share) {
  const std::array<std::uint8_t, 1> what{static_cast<std::uint8_t>(kind)};
  return Commitment("fedloom share commitment 1")
      .add(what)
      .add(about.context)
      .add(about.sender)
      .add(about.receiver)
      .add(share.view())
      .finish();
}

Digest commit_to_seed(const Digest& context, const PublicKey& sender, const SecretBytes& seed) {
  return Commitment("fedloom seed commitment 1").add(context).add(sender).add(seed.view()).finish();
}

}  // namespace fedloom::secagg
