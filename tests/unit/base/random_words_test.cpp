#include "fedloom/base/random_words.hpp"

#include <gtest/gtest.h>

#include "support/split_mix_random.hpp"

namespace fedloom {
namespace {

TEST(RandomWords, a_test_generator_gives_the_published_words_of_SplitMix64) {
  test::SplitMixRandom random(1234567);
  for (const std::uint64_t word : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                   4593380528125082431U, 16408922859458223821U}) {
    EXPECT_EQ(random.next(), word);
  }
  EXPECT_EQ(random.words_used(), 5U);
}

TEST(RandomWords, words_go_on_across_refills) {
  test::SplitMixRandom random(1);
  for (int i = 0; i < 200; ++i) random.next();
  EXPECT_EQ(random.words_used(), 200U);
}

TEST(RandomWords, bytes_are_the_words_from_their_low_end) {
  test::SplitMixRandom words(9);
  test::SplitMixRandom bytes(9);
  std::array<std::uint8_t, 11> out{};
  bytes.fill(out);
  const std::uint64_t first = words.next();
  const std::uint64_t second = words.next();
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(out[i], static_cast<std::uint8_t>(first >> (8 * i)));
  EXPECT_EQ(out[10], static_cast<std::uint8_t>(second >> 16));
  EXPECT_EQ(bytes.words_used(), 2U);
}

}  // namespace
}  // namespace fedloom
