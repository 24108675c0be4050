#include "mask_stream.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::secagg {
namespace {

static_assert(std::endian::native == std::endian::little, "mask words are read straight from the key stream");

/// 16 KiB: key stream and zeros stay in the first-level cache beside the words they are added to.
constexpr std::size_t chunk_words = 2048;
alignas(64) constexpr std::uint64_t zeros[chunk_words] = {};

}  // namespace

void add_stream(const SecretBytes& key, Sign sign, std::span<std::uint64_t> words) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               &EVP_CIPHER_CTX_free);
  constexpr std::uint8_t counter[16] = {};
  if (!cipher || EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_ctr(), nullptr, key.view().data(), counter) != 1) {
    throw EnvironmentError("OpenSSL", "cannot start AES-256-CTR", "install OpenSSL 3 with its default provider");
  }
  alignas(64) std::uint64_t stream[chunk_words];
  while (!words.empty()) {
    const std::size_t n = std::min(chunk_words, words.size());
    const int size = static_cast<int>(n * sizeof(std::uint64_t));
    int written = 0;
    const int ok = EVP_EncryptUpdate(cipher.get(), reinterpret_cast<unsigned char*>(stream), &written,
                                     reinterpret_cast<const unsigned char*>(zeros), size);
    FEDLOOM_CHECK(ok == 1 && written == size);
    if (sign == Sign::plus) {
      for (std::size_t k = 0; k < n; ++k) words[k] += stream[k];
    } else {
      for (std::size_t k = 0; k < n; ++k) words[k] -= stream[k];
    }
    words = words.subspan(n);
  }
  OPENSSL_cleanse(stream, sizeof stream);
}

}  // namespace fedloom::secagg
