// Key agreement, key derivation and expansion against published vectors.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "mask_key.hpp"
#include "mask_stream.hpp"
#include "support/split_mix_random.hpp"

namespace fedloom::secagg {
namespace {

/// Gives 32 chosen bytes.
class FixedBytes final : public RandomWords {
 public:
  explicit FixedBytes(const Bytes& bytes) { std::memcpy(words_.data(), bytes.data(), 32); }

 private:
  void refill(std::span<std::uint64_t> out) override { std::ranges::copy(words_, out.begin()); }
  std::array<std::uint64_t, 4> words_{};
};

Bytes hex(std::string_view text) { return from_hex(text).value(); }
PublicKey key_of(std::string_view text) {
  PublicKey key{};
  std::ranges::copy(hex(text), key.begin());
  return key;
}

TEST(MaskKey, AgreesAsInRfc7748) {
  FixedBytes scalar(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
  const auto shared = MaskKey(scalar).agree(key_of("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
  ASSERT_TRUE(shared);
  EXPECT_EQ(to_hex(shared->view()), "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST(MaskKey, HasThePublicKeyOfRfc7748) {
  FixedBytes secret(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(to_hex(MaskKey(secret).public_key()), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

TEST(MaskKey, BothSidesAgree) {
  test::SplitMixRandom random(3);
  const MaskKey one(random);
  const MaskKey other(random);
  const auto here = one.agree(other.public_key());
  const auto there = other.agree(one.public_key());
  ASSERT_TRUE(here && there);
  EXPECT_TRUE(std::ranges::equal(here->view(), there->view()));
}

TEST(MaskKey, RefusesPointsOfLowOrder) {
  test::SplitMixRandom random(4);
  const MaskKey key(random);
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_FALSE(key.agree(key_of(point)).has_value()) << point;
  }
}

TEST(MaskKey, TwoKeysOfOneGeneratorDiffer) {
  test::SplitMixRandom random(5);
  EXPECT_NE(MaskKey(random).public_key(), MaskKey(random).public_key());
}

TEST(MaskStream, IsAesInCounterModeFromZero) {
  // AES-256 of the all-zero block under the all-zero key.
  std::vector<std::uint64_t> words(2);
  add_stream(SecretBytes{}, Sign::plus, words);
  Bytes bytes(16);
  std::memcpy(bytes.data(), words.data(), 16);
  EXPECT_EQ(to_hex(bytes), "dc95c078a2408989ad48a21492842087");
}

TEST(MaskStream, SubtractingUndoesAddingAtEveryLength) {
  test::SplitMixRandom random(6);
  for (const std::size_t length : {1U, 2U, 3U, 2047U, 2048U, 2049U, 10001U}) {
    std::vector<std::uint64_t> words(length);
    for (auto& word : words) word = random.next();
    const auto before = words;
    std::array<std::uint8_t, 32> bytes{};
    random.fill(bytes);
    const SecretBytes key(bytes);
    add_stream(key, Sign::plus, words);
    EXPECT_NE(words.back(), before.back());
    add_stream(key, Sign::minus, words);
    EXPECT_EQ(words, before) << length;
  }
}

TEST(MaskStream, ALongerExpansionBeginsWithTheShorter) {
  std::vector<std::uint64_t> longer(5000);
  std::vector<std::uint64_t> shorter(4097);
  const SecretBytes key;
  add_stream(key, Sign::plus, longer);
  add_stream(key, Sign::plus, shorter);
  EXPECT_TRUE(std::ranges::equal(shorter, std::span(longer).first(shorter.size())));
}

}  // namespace
}  // namespace fedloom::secagg
