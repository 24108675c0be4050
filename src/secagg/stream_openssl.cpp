#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "stream_kernels.hpp"

namespace fedloom::secagg {
namespace {

/// 16 KiB: key stream, zeros and the words that they are added to stay in the first two caches.
constexpr std::size_t piece_words = 2048;
alignas(64) constexpr std::uint64_t zeros[piece_words] = {};

/// One key's stream, in order.
class Cipher {
 public:
  Cipher(const SecretBytes& key, std::uint64_t first_block) : context_(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free) {
    std::array<std::uint8_t, 16> counter{};  // big-endian
    for (std::size_t k = 0; k < 8; ++k) counter[15 - k] = static_cast<std::uint8_t>(first_block >> (8 * k));
    if (!context_ ||
        EVP_EncryptInit_ex(context_.get(), EVP_aes_256_ctr(), nullptr, key.view().data(), counter.data()) != 1) {
      throw EnvironmentError("OpenSSL", "cannot start AES-256-CTR", "install OpenSSL 3 with its default provider");
    }
  }
  void next(std::span<std::uint64_t> stream) {
    const int size = static_cast<int>(stream.size_bytes());
    int written = 0;
    const int ok = EVP_EncryptUpdate(context_.get(), reinterpret_cast<unsigned char*>(stream.data()), &written,
                                     reinterpret_cast<const unsigned char*>(zeros), size);
    FEDLOOM_CHECK(ok == 1 && written == size);
  }

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_;  // wiped when freed
};

void add(std::span<const std::uint64_t> stream, Sign sign, std::span<std::uint64_t> words) {
  if (sign == Sign::plus) {
    for (std::size_t k = 0; k < words.size(); ++k) words[k] += stream[k];
  } else {
    for (std::size_t k = 0; k < words.size(); ++k) words[k] -= stream[k];
  }
}

}  // namespace

void add_by_openssl(std::span<const KeyStream> streams, std::uint64_t first_block, std::span<std::uint64_t> words) {
  std::vector<Cipher> ciphers;
  ciphers.reserve(streams.size());
  for (const KeyStream& stream : streams) ciphers.emplace_back(stream.key, first_block);
  alignas(64) std::uint64_t buffer[piece_words];
  while (!words.empty()) {
    const auto piece = words.first(std::min(piece_words, words.size()));
    const auto stream = std::span(buffer).first(piece.size());
    for (std::size_t k = 0; k < streams.size(); ++k) {
      ciphers[k].next(stream);
      add(stream, streams[k].sign, piece);
    }
    words = words.subspan(piece.size());
  }
  OPENSSL_cleanse(buffer, sizeof buffer);
}

}  // namespace fedloom::secagg
