// Key agreement, key derivation and expansion against published vectors.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "stream_fixture.hpp"

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
    EXPECT_TRUE(is_low_order(key_of(point))) << point;
  }
  for (int k = 0; k < 20; ++k) EXPECT_FALSE(is_low_order(MaskKey(random).public_key()));
}

TEST(MaskKey, TwoKeysOfOneGeneratorDiffer) {
  test::SplitMixRandom random(5);
  EXPECT_NE(MaskKey(random).public_key(), MaskKey(random).public_key());
}

TEST(MaskKey, PutTogetherFromItsSecretIsTheSameKey) {
  test::SplitMixRandom random(5);
  const MaskKey fresh(random);
  const MaskKey again(fresh.secret().clone());
  EXPECT_EQ(again.public_key(), fresh.public_key());
  EXPECT_EQ(hex_of(again.agree(MaskKey(counted()).public_key()).value()),
            hex_of(fresh.agree(MaskKey(counted()).public_key()).value()));
}

TEST(SecretBytes, LeaveNothingBehindWhenTheyMove) {
  SecretBytes from = counted();
  const SecretBytes to(std::move(from));
  EXPECT_EQ(hex_of(to), hex_of(counted()));
  EXPECT_EQ(hex_of(from), std::string(64, '0'));  // NOLINT: what is left is what is tested
  SecretBytes other = to.clone();
  SecretBytes assigned;
  assigned = std::move(other);
  EXPECT_EQ(hex_of(assigned), hex_of(counted()));
  EXPECT_EQ(hex_of(other), std::string(64, '0'));  // NOLINT
}

TEST(MaskStream, IsAesInCounterModeFromZero) {
  // AES-256 of the all-zero block under the all-zero key: NIST's AESAVS, and GCM's H of its test case 13.
  Words words(2);
  add_stream(SecretBytes{}, Sign::plus, words);
  Bytes bytes(16);
  std::memcpy(bytes.data(), words.data(), 16);
  EXPECT_EQ(to_hex(bytes), "dc95c078a2408989ad48a21492842087");
}

TEST(MaskStream, GivesTheKnownAnswerUnderAKeyOfDistinctBytes) {
  // FIPS 197, C.3 has this key; the words are those of tests/unit/secagg/known_answers.py.
  Words words(3000);
  add_stream(counted(), Sign::plus, words);
  EXPECT_EQ(words[0], 0xd09f492ab60090f2U);
  EXPECT_EQ(words[1], 0x80772edd6a9af3a9U);
  EXPECT_EQ(words[2999], 0x2f5a03056d01764dU);
}

TEST(MaskStream, SubtractingUndoesAddingAtEveryLength) {
  test::SplitMixRandom random(6);
  for (const std::size_t length : {1U, 2U, 3U, 15U, 63U, 64U, 65U, 1023U, 1024U, 1025U, 2049U, 10001U}) {
    Words words(length);
    for (auto& word : words) word = random.next();
    const Words before = words;
    const SecretBytes key = drawn(random);
    add_stream(key, Sign::plus, words);
    EXPECT_NE(words.back(), before.back());
    add_stream(key, Sign::minus, words);
    EXPECT_EQ(words, before) << length;
  }
}

TEST(MaskStream, ALongerExpansionBeginsWithTheShorter) {
  Words longer(5000);
  add_stream(counted(), Sign::plus, longer);
  for (const std::size_t length : {1U, 7U, 64U, 1024U, 4097U}) {
    Words shorter(length);
    add_stream(counted(), Sign::plus, shorter);
    EXPECT_TRUE(std::ranges::equal(shorter, std::span(longer).first(length))) << length;
  }
}

TEST(MaskStream, ManyStreamsAddUpAsOneAfterAnotherForAnyNumberOfThreads) {
  test::SplitMixRandom random(7);
  std::vector<KeyStream> streams;
  for (int k = 0; k < 5; ++k) streams.push_back({drawn(random), k % 2 == 0 ? Sign::plus : Sign::minus});
  for (const std::size_t length : {0U, 1U, 4096U, 20001U}) {
    Words expected(length, 42);
    for (const auto& stream : streams) add_stream(stream.key, stream.sign, expected);
    for (const unsigned threads : {0U, 1U, 2U, 3U, 7U, 100U}) {
      Words words(length, 42);
      add_streams(streams, words, threads);
      EXPECT_EQ(words, expected) << length << " words, " << threads << " threads";
    }
  }
}

TEST(MaskStream, NoStreamsLeaveTheWords) {
  Words words(3000, 7);
  add_streams({}, words, 2);
  EXPECT_EQ(words, Words(3000, 7));
}

/// How a key is expanded: its first two words.
using Block = std::pair<std::uint64_t, std::uint64_t>;
using Expansion = std::function<Block(const SecretBytes& key)>;
Block first_block(const SecretBytes& key) {
  Words words(2);
  add_stream(key, Sign::plus, words);
  return {words[0], words[1]};
}
/// The broken twin: every byte of the key counts, but only 32 bits of it reach the cipher.
Block from_32_bits(const SecretBytes& key) {
  SecretBytes folded;
  for (std::size_t k = 0; k < 32; ++k) folded.writable()[k % 4] ^= key.view()[k];
  return first_block(folded);
}
/// The broken twin that forgets all but the first four bytes.
Block from_four_bytes(const SecretBytes& key) {
  SecretBytes cut;
  std::ranges::copy(key.view().first(4), cut.writable().begin());
  return first_block(cut);
}

std::size_t bytes_that_matter(const Expansion& expansion) {
  std::size_t count = 0;
  for (std::size_t k = 0; k < 32; ++k) {
    SecretBytes changed = counted();
    changed.writable()[k] ^= 1;
    count += expansion(changed) != expansion(counted()) ? 1 : 0;
  }
  return count;
}

TEST(MaskStream, DependsOnEveryByteOfItsKey) { EXPECT_EQ(bytes_that_matter(first_block), 32U); }
TEST(MaskStream, ATwinWithAKeyOfFourBytesIsCaughtByTheSameCheck) { EXPECT_EQ(bytes_that_matter(from_four_bytes), 4U); }

/// Among 2^18 keys of 32 bits 8 pairs are expected to be alike, and there are some with this seed; of 256 bits none.
std::size_t repeated_among_many(const Expansion& expansion) {
  test::SplitMixRandom random(8);
  std::vector<Block> blocks(std::size_t{1} << 18);
  for (auto& block : blocks) block = expansion(drawn(random));
  std::ranges::sort(blocks);
  std::size_t repeated = 0;
  for (std::size_t k = 1; k < blocks.size(); ++k) repeated += blocks[k] == blocks[k - 1] ? 1 : 0;
  return repeated;
}

TEST(MaskStream, HasMoreKeysThanThirtyTwoBits) { EXPECT_EQ(repeated_among_many(first_block), 0U); }
TEST(MaskStream, ATwinWithAFoldedSeedOfThirtyTwoBitsIsCaughtByTheSameCheck) {
  EXPECT_EQ(bytes_that_matter(from_32_bits), 32U);  // this one the first check misses
  EXPECT_GT(repeated_among_many(from_32_bits), 0U);
}

}  // namespace
}  // namespace fedloom::secagg
