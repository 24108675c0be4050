#include "mask_key.hpp"

#include <sodium.h>

#include <algorithm>

#include "fedloom/base/check.hpp"

namespace fedloom::secagg {

SecretBytes::SecretBytes(std::span<const std::uint8_t, 32> bytes) { std::ranges::copy(bytes, bytes_.begin()); }
SecretBytes::SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}
SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}
SecretBytes::~SecretBytes() { sodium_memzero(bytes_.data(), bytes_.size()); }

namespace {

SecretBytes drawn_from(RandomWords& random) {
  SecretBytes bytes;
  random.fill(bytes.writable());
  return bytes;
}

}  // namespace

MaskKey::MaskKey(RandomWords& random) : MaskKey(drawn_from(random)) {}

MaskKey::MaskKey(SecretBytes&& secret) : secret_(std::move(secret)) {
  FEDLOOM_CHECK(sodium_init() >= 0);
  FEDLOOM_CHECK(crypto_scalarmult_base(public_.data(), secret_.view().data()) == 0);
}

std::optional<SecretBytes> MaskKey::agree(const PublicKey& peer) const {
  SecretBytes shared;
  // libsodium gives -1 for every point of low order: the product would be zero.
  if (crypto_scalarmult(shared.writable().data(), secret_.view().data(), peer.data()) != 0) return std::nullopt;
  return shared;
}

bool is_low_order(const PublicKey& key) {
  // Low order does not depend on the secret half: any one shows it.
  return !MaskKey(SecretBytes{}).agree(key).has_value();
}

}  // namespace fedloom::secagg
