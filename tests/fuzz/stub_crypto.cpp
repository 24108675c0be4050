// In place of libsodium's public-key functions and of fsync, for the state machines' fuzzers only: the functions of the
// program come before those of a shared library. What is left holds as far as the machines can see: a signature is good
// for one message and key, two sides agree on the same secret, a key of zeros is refused. None of it is secure. Hashes,
// boxes, shares and masks are the real ones.

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace {
constexpr unsigned char mark = 0x5a;  // so that a public key is not its seed

void tag(unsigned char* out, const unsigned char* message, unsigned long long size, const unsigned char* key) {
  std::fill(out, out + crypto_sign_BYTES, mark);
  crypto_shorthash(out, message, size, key);
}
}  // namespace

extern "C" {

int crypto_sign_seed_keypair(unsigned char* pk, unsigned char* sk, const unsigned char* seed) {
  for (std::size_t i = 0; i < 32; ++i) pk[i] = static_cast<unsigned char>(seed[i] ^ mark);
  std::copy(seed, seed + 32, sk);
  std::copy(pk, pk + 32, sk + 32);
  return 0;
}

int crypto_sign_detached(unsigned char* signature, unsigned long long* size, const unsigned char* message,
                         unsigned long long length, const unsigned char* sk) {
  tag(signature, message, length, sk + 32);
  if (size != nullptr) *size = crypto_sign_BYTES;
  return 0;
}

int crypto_sign_verify_detached(const unsigned char* signature, const unsigned char* message, unsigned long long length,
                                const unsigned char* pk) {
  unsigned char expected[crypto_sign_BYTES];
  tag(expected, message, length, pk);
  return std::equal(expected, expected + crypto_sign_BYTES, signature) ? 0 : -1;
}

int crypto_scalarmult_base(unsigned char* q, const unsigned char* n) {
  std::copy(n, n + 32, q);
  return 0;
}

int crypto_scalarmult(unsigned char* q, const unsigned char* n, const unsigned char* p) {
  for (std::size_t i = 0; i < 32; ++i) q[i] = static_cast<unsigned char>(n[i] ^ p[i]);
  return std::all_of(p, p + 32, [](unsigned char byte) { return byte == 0; }) ? -1 : 0;
}

int fsync(int) { return 0; }
int fdatasync(int) { return 0; }

}  // extern "C"
