// Both ways to expand a stream give the same bits, and those of the published vectors.

#include "stream_kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "stream_fixture.hpp"

namespace fedloom::secagg {
namespace {

using Kernel = void (*)(std::span<const KeyStream>, std::uint64_t, std::span<std::uint64_t>);

class StreamKernel : public testing::TestWithParam<std::pair<const char*, Kernel>> {
 protected:
  void SetUp() override {
    if (kernel() == &add_by_vaes && !has_vaes()) GTEST_SKIP() << "this processor has no AES on 512-bit registers";
  }
  static Kernel kernel() { return GetParam().second; }
};

std::vector<KeyStream> one(SecretBytes&& key, Sign sign = Sign::plus) {
  std::vector<KeyStream> streams;
  streams.push_back({std::move(key), sign});
  return streams;
}

TEST_P(StreamKernel, GivesTheKnownAnswers) {
  Words zero_key(2);
  kernel()(one(SecretBytes{}), 0, zero_key);
  EXPECT_EQ(to_hex(Bytes(reinterpret_cast<const std::uint8_t*>(zero_key.data()),
                         reinterpret_cast<const std::uint8_t*>(zero_key.data()) + 16)),
            "dc95c078a2408989ad48a21492842087");  // AES-256 of the zero block under the zero key
  Words words(3000);
  kernel()(one(counted()), 0, words);
  // tests/unit/secagg/known_answers.py
  EXPECT_EQ(words[0], 0xd09f492ab60090f2U);
  EXPECT_EQ(words[1], 0x80772edd6a9af3a9U);
  EXPECT_EQ(words[2999], 0x2f5a03056d01764dU);
}

TEST_P(StreamKernel, BeginsAtAnyBlock) {
  Words whole(1000);
  kernel()(one(counted()), 0, whole);
  for (const std::uint64_t block : {1U, 3U, 4U, 31U, 32U, 255U, 256U, 400U}) {
    Words part(150);
    kernel()(one(counted()), block, part);
    EXPECT_TRUE(std::ranges::equal(part, std::span(whole).subspan(2 * block, part.size()))) << block;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, StreamKernel,
                         testing::Values(std::pair{"openssl", &add_by_openssl}, std::pair{"vaes", &add_by_vaes}),
                         [](const auto& kernel) { return kernel.param.first; });

TEST(StreamKernels, AgreeToTheBitForAnyKeysLengthsAndCounters) {
  if (!has_vaes()) GTEST_SKIP() << "this processor has no AES on 512-bit registers";
  test::SplitMixRandom random(11);
  for (const std::size_t count : {0U, 1U, 2U, 9U}) {
    std::vector<KeyStream> streams;
    for (std::size_t k = 0; k < count; ++k) {
      streams.push_back({drawn(random), random.next() % 2 == 0 ? Sign::plus : Sign::minus});
    }
    // Counters that carry into each of their bytes.
    for (const std::uint64_t block :
         {std::uint64_t{0}, std::uint64_t{250}, std::uint64_t{65533}, std::uint64_t{0xfffff0},
          std::uint64_t{0xfffffffe}, std::uint64_t{0xffffffffffffU}, std::uint64_t{0x7ffffffffffffff0}}) {
      for (const std::size_t length : {1U, 2U, 7U, 8U, 63U, 64U, 65U, 127U, 129U, 2048U, 5001U}) {
        Words by_openssl(length);
        for (auto& word : by_openssl) word = random.next();
        Words by_vaes = by_openssl;
        add_by_openssl(streams, block, by_openssl);
        add_by_vaes(streams, block, by_vaes);
        ASSERT_EQ(by_vaes, by_openssl) << count << " streams, block " << block << ", " << length << " words";
      }
    }
  }
}

TEST(StreamKernels, AgreeForWordsAtAnyAddress) {
  if (!has_vaes()) GTEST_SKIP() << "this processor has no AES on 512-bit registers";
  Words by_openssl(300), by_vaes(300);
  for (std::size_t first = 0; first < 9; ++first) {
    add_by_openssl(one(counted(), Sign::minus), 5, std::span(by_openssl).subspan(first, 200));
    add_by_vaes(one(counted(), Sign::minus), 5, std::span(by_vaes).subspan(first, 200));
    EXPECT_EQ(by_vaes, by_openssl) << first;
  }
}

}  // namespace
}  // namespace fedloom::secagg
