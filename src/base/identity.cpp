#include "fedloom/base/identity.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>

#include "descriptor.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/hkdf.hpp"
#include "sodium.hpp"

namespace fedloom {
namespace {

constexpr std::string_view key_file_title = "fedloom-site-key 1\n";
constexpr std::size_t seed_digits = 64;
constexpr std::size_t key_file_size = key_file_title.size() + seed_digits + 1;

/// Text of a key file; wiped when done with.
class SecretText {
 public:
  SecretText() = default;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { sodium_memzero(text_.data(), text_.size()); }
  std::array<char, key_file_size + 1>& text() { return text_; }

 private:
  std::array<char, key_file_size + 1> text_{};  // one more, to see that a file is too long
};

[[noreturn]] void bad_key(const std::filesystem::path& file, const std::string& what, std::string_view remedy) {
  throw ConfigError({.file = file.string()}, what, remedy);
}

}  // namespace

SigningKey SigningKey::generate() {
  ensure_sodium();
  SigningKey key;
  crypto_sign_keypair(key.public_.data(), key.secret_.data());
  return key;
}

SigningKey SigningKey::from_seed(std::span<const std::uint8_t, 32> seed) {
  ensure_sodium();
  SigningKey key;
  crypto_sign_seed_keypair(key.public_.data(), key.secret_.data(), seed.data());
  return key;
}

SigningKey SigningKey::load(const std::filesystem::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.open()) bad_key(file, system_words("cannot open the key"), "make one with: fedloom-site keygen");
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) bad_key(file, system_words("cannot read the key"), "check the path");
  if ((status.st_mode & 077) != 0) {
    bad_key(file, "the key can be read by others", "make it private with: chmod 600 " + file.string());
  }
  SecretText secret;
  auto& text = secret.text();
  const ssize_t got = ::read(fd.get(), text.data(), text.size());
  const std::string_view body(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  std::array<std::uint8_t, 32> seed{};
  std::size_t digits = 0;
  const bool good = body.size() == key_file_size && body.starts_with(key_file_title) && body.back() == '\n' &&
                    sodium_hex2bin(seed.data(), seed.size(), body.data() + key_file_title.size(), seed_digits, nullptr,
                                   &digits, nullptr) == 0 &&
                    digits == seed.size();
  if (!good) {
    sodium_memzero(seed.data(), seed.size());
    bad_key(file, "is not a Fedloom site key", "restore it from a backup, or make a new one with: fedloom-site keygen");
  }
  SigningKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

void SigningKey::save_new(const std::filesystem::path& file) const {
  SecretText secret;
  auto& text = secret.text();
  std::copy(key_file_title.begin(), key_file_title.end(), text.begin());
  // libsodium keeps the seed in the first half of an Ed25519 secret key.
  sodium_bin2hex(text.data() + key_file_title.size(), seed_digits + 1, secret_.data(), seed_digits / 2);
  text[key_file_size - 1] = '\n';
  const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.open()) {
    const bool exists = errno == EEXIST;
    throw EnvironmentError(file.string(), exists ? "a file of this name exists" : system_words("cannot write the key"),
                           exists ? "choose another name, or move the old key away; a key is never overwritten"
                                  : "check that the folder exists and is writable");
  }
  if (!write_all(fd.get(), as_bytes({text.data(), key_file_size})) || ::fsync(fd.get()) != 0) {
    const std::string words = system_words("cannot write the key");
    ::unlink(file.c_str());
    throw EnvironmentError(file.string(), words, "check that the disk has free space");
  }
  sync_folder_of(file);
}

SigningKey::SigningKey(SigningKey&& other) noexcept : secret_(other.secret_), public_(other.public_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this != &other) {
    secret_ = other.secret_;
    public_ = other.public_;
    sodium_memzero(other.secret_.data(), other.secret_.size());
  }
  return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

Signature SigningKey::sign(ByteView message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

Digest SigningKey::storage_key(std::string_view purpose) const {
  // libsodium keeps the seed in the first half of an Ed25519 secret key.
  return hkdf_sha256(ByteView(secret_).first(32), {}, as_bytes(purpose));
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  ensure_sodium();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace fedloom
