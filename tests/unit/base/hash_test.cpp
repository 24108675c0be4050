#include "fedloom/base/hash.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "fedloom/base/error.hpp"
#include "support/temp_folder.hpp"

namespace fedloom {
namespace {

TEST(Hash, sha256_agrees_with_FIPS_180_4) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, of_a_file_is_that_of_its_bytes) {
  const test::TempFolder folder;
  const std::string content(3'000'017, 'x');
  std::ofstream(folder / "large", std::ios::binary) << content;
  std::ofstream(folder / "empty", std::ios::binary).flush();
  EXPECT_EQ(sha256_of_file(folder / "large"), sha256(content));
  EXPECT_EQ(sha256_of_file(folder / "empty"), sha256(""));
  EXPECT_THROW(sha256_of_file(folder / "missing"), EnvironmentError);
}

TEST(FieldHasher, hashes_each_field_after_its_length) {
  EXPECT_EQ(FieldHasher().field("abc").finish(), sha256(std::string_view("\3\0\0\0\0\0\0\0abc", 11)));
  EXPECT_EQ(FieldHasher().field(std::uint64_t{258}).finish(),
            sha256(std::string_view("\10\0\0\0\0\0\0\0\2\1\0\0\0\0\0\0", 16)));
}

TEST(FieldHasher, tells_lists_of_fields_apart) {
  const Digest whole = FieldHasher().field("ab").field("c").finish();
  EXPECT_NE(whole, FieldHasher().field("a").field("bc").finish());
  EXPECT_NE(whole, FieldHasher().field("abc").finish());
  EXPECT_NE(whole, FieldHasher().field("ab").field("c").field("").finish());
}

}  // namespace
}  // namespace fedloom
