#include "fedloom/base/hkdf.hpp"

#include <sodium.h>

#include "sodium.hpp"

namespace fedloom {
namespace {

class Hmac {
 public:
  explicit Hmac(ByteView key) { crypto_auth_hmacsha256_init(&state_, key.data(), key.size()); }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;
  ~Hmac() { sodium_memzero(&state_, sizeof state_); }
  Hmac& add(ByteView bytes) {
    crypto_auth_hmacsha256_update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  void finish(std::array<std::uint8_t, 32>& out) { crypto_auth_hmacsha256_final(&state_, out.data()); }

 private:
  crypto_auth_hmacsha256_state state_;
};

}  // namespace

std::array<std::uint8_t, 32> hkdf_sha256(ByteView key_material, ByteView salt, ByteView info) {
  ensure_sodium();
  std::array<std::uint8_t, 32> extracted;
  // An absent salt is 32 zero bytes in the RFC, which HMAC pads an empty key to.
  Hmac(salt).add(key_material).finish(extracted);
  std::array<std::uint8_t, 32> out;
  constexpr std::array<std::uint8_t, 1> first_block{1};
  Hmac(extracted).add(info).add(first_block).finish(out);
  sodium_memzero(extracted.data(), extracted.size());
  return out;
}

}  // namespace fedloom
