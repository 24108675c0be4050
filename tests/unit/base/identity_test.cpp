#include "fedloom/base/identity.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"

namespace fedloom {
namespace {

template <std::size_t size>
std::array<std::uint8_t, size> hex(std::string_view text) {
  std::array<std::uint8_t, size> fixed{};
  const Bytes bytes = from_hex(text).value();
  std::copy(bytes.begin(), bytes.end(), fixed.begin());
  return fixed;
}

// RFC 8032, section 7.1, test 2: a message of one byte, 0x72.
const auto rfc_seed = hex<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const auto rfc_public = hex<32>("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const auto rfc_signature = hex<64>(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
const Bytes rfc_message{0x72};

std::string problem(const std::filesystem::path& file) {
  try {
    SigningKey::load(file);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(SigningKey, agrees_with_RFC_8032) {
  const SigningKey key = SigningKey::from_seed(rfc_seed);
  EXPECT_EQ(key.public_key(), rfc_public);
  EXPECT_EQ(key.sign(rfc_message), rfc_signature);
  EXPECT_TRUE(verify(rfc_public, rfc_message, rfc_signature));
}

TEST(SigningKey, any_change_breaks_a_signature) {
  Signature changed = rfc_signature;
  changed[5] ^= 1;
  EXPECT_FALSE(verify(rfc_public, rfc_message, changed));
  EXPECT_FALSE(verify(rfc_public, Bytes{0x73}, rfc_signature));
  EXPECT_FALSE(verify(SigningKey::generate().public_key(), rfc_message, rfc_signature));
}

TEST(SigningKey, generated_keys_differ) {
  EXPECT_NE(SigningKey::generate().public_key(), SigningKey::generate().public_key());
}

TEST(SigningKey, comes_back_from_its_file) {
  const test::TempFolder folder;
  const SigningKey key = SigningKey::from_seed(rfc_seed);
  key.save_new(folder / "site.key");
  EXPECT_EQ(read_text(folder / "site.key"),
            "fedloom-site-key 1\n4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n");
  const SigningKey loaded = SigningKey::load(folder / "site.key");
  EXPECT_EQ(loaded.public_key(), rfc_public);
  EXPECT_EQ(loaded.sign(rfc_message), rfc_signature);
}

TEST(SigningKey, its_file_is_for_the_owner_only_and_never_overwritten) {
  const test::TempFolder folder;
  SigningKey::generate().save_new(folder / "site.key");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "site.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THROW(SigningKey::generate().save_new(folder / "site.key"), EnvironmentError);
  EXPECT_THROW(SigningKey::generate().save_new(folder / "no" / "site.key"), EnvironmentError);
}

TEST(SigningKey, a_file_that_others_can_read_is_refused) {
  const test::TempFolder folder;
  SigningKey::generate().save_new(folder / "site.key");
  for (const ::mode_t mode : {0640U, 0604U, 0620U}) {
    ::chmod((folder / "site.key").c_str(), mode);
    EXPECT_NE(problem(folder / "site.key").find("can be read by others; make it private with: chmod 600"),
              std::string::npos);
  }
}

TEST(SigningKey, malformed_files_are_refused) {
  const test::TempFolder folder;
  SigningKey::from_seed(rfc_seed).save_new(folder / "good");
  const std::string good = read_text(folder / "good");
  for (const std::string& bad : {std::string(), good + "\n", good.substr(0, good.size() - 1), "x" + good.substr(1),
                                 good.substr(0, 20) + "zz" + good.substr(22), good.substr(0, 19) + good.substr(21)}) {
    write_atomically(folder / "bad", bad, 0600);
    EXPECT_NE(problem(folder / "bad").find("is not a Fedloom site key"), std::string::npos) << bad.size();
  }
  EXPECT_NE(problem(folder / "missing").find("fedloom-site keygen"), std::string::npos);
}

TEST(SigningKey, a_moved_key_signs_as_before) {
  SigningKey first = SigningKey::from_seed(rfc_seed);
  SigningKey second = std::move(first);
  EXPECT_EQ(second.sign(rfc_message), rfc_signature);
  SigningKey third = SigningKey::generate();
  third = std::move(second);
  EXPECT_EQ(third.sign(rfc_message), rfc_signature);
  EXPECT_EQ(third.public_key(), rfc_public);
}

TEST(SigningKey, storage_keys_depend_on_key_and_purpose) {
  const SigningKey key = SigningKey::from_seed(rfc_seed);
  EXPECT_EQ(key.storage_key("shares"), SigningKey::from_seed(rfc_seed).storage_key("shares"));
  EXPECT_NE(key.storage_key("shares"), key.storage_key("logs"));
  EXPECT_NE(key.storage_key("shares"), SigningKey::generate().storage_key("shares"));
}

TEST(SigningKey, storage_key_is_HKDF_SHA_256_of_the_seed) {
  // Computed with Python's hmac: PRK = HMAC(32 zeros, seed), OKM = HMAC(PRK, "shares" ‖ 1).
  EXPECT_EQ(to_hex(SigningKey::from_seed(rfc_seed).storage_key("shares")),
            "520b0f7f4d60e6b4c053ebe180b072fd031b0dcab450bc67e041ac6750e0e69e");
}

}  // namespace
}  // namespace fedloom
