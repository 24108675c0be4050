#include "fedloom/base/hkdf.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>
#include <vector>

#include "fedloom/base/error.hpp"

namespace fedloom {
namespace {

OSSL_PARAM octets(const char* name, ByteView bytes) {
  // OpenSSL only reads through the pointer, but its parameter type is shared with writers.
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

std::array<std::uint8_t, 32> hkdf_sha256(ByteView key_material, ByteView salt, ByteView info) {
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr), &EVP_KDF_free);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr,
                                                                          &EVP_KDF_CTX_free);
  char digest[] = "SHA256";
  std::vector<OSSL_PARAM> params{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                 octets(OSSL_KDF_PARAM_KEY, key_material)};
  // OpenSSL refuses an empty octet string; the RFC says that an absent salt and info are the same as empty ones.
  if (!salt.empty()) params.push_back(octets(OSSL_KDF_PARAM_SALT, salt));
  if (!info.empty()) params.push_back(octets(OSSL_KDF_PARAM_INFO, info));
  params.push_back(OSSL_PARAM_construct_end());
  std::array<std::uint8_t, 32> out{};
  if (!context || EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) != 1) {
    throw EnvironmentError("OpenSSL", "cannot derive a key with HKDF-SHA-256",
                           "install OpenSSL 3 with its default provider");
  }
  return out;
}

}  // namespace fedloom
