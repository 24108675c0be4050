#include "fedloom/base/public_stream.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "support/goodness_of_fit.hpp"

namespace fedloom {
namespace {

std::vector<std::uint64_t> words(std::uint64_t seed, std::string_view label, std::size_t count = 500) {
  std::vector<std::uint64_t> out(count);
  PublicStream(seed, label).fill(out);
  return out;
}

TEST(PublicStream, is_repeated_from_its_seed_and_label) { EXPECT_EQ(words(1, "signs"), words(1, "signs")); }

TEST(PublicStream, keeps_its_words_across_versions) {
  // From an independent ChaCha20 (RFC 8439) under the key SHA-256(fields); checkpoints and peers rely on these words.
  const std::vector<std::uint64_t> first = words(1, "signs", 70);
  EXPECT_EQ(first[0], 0x72A32E5D9F5ACCDFU);
  EXPECT_EQ(first[1], 0x743F4FA86DD10211U);
  EXPECT_EQ(first[64], 0xF55F9E5DA8DAEE51U);
}

TEST(PublicStream, differs_between_seeds_and_labels) {
  EXPECT_NE(words(1, "signs"), words(2, "signs"));
  EXPECT_NE(words(1, "signs"), words(1, "sample"));
}

TEST(PublicStream, does_not_repeat_within) {
  const auto drawn = words(3, "x", 5000);
  EXPECT_EQ(std::set<std::uint64_t>(drawn.begin(), drawn.end()).size(), drawn.size());
}

TEST(PublicStream, below_is_uniform_and_within_bounds) {
  PublicStream stream(4, "below");
  std::vector<std::uint64_t> observed(7, 0);
  for (int i = 0; i < 70000; ++i) {
    const std::uint64_t value = stream.below(7);
    ASSERT_LT(value, 7U);
    ++observed[value];
  }
  EXPECT_GT(test::goodness_of_fit(observed, std::vector<double>(7, 10000)).p_value, 1e-6);
  EXPECT_EQ(stream.below(1), 0U);
}

TEST(PublicStream, below_does_not_favour_small_values_of_large_bounds) {
  // Without rejection two thirds would fall into the lower half.
  PublicStream stream(5, "below");
  const std::uint64_t bound = (std::uint64_t{3} << 62);
  std::vector<std::uint64_t> observed(3, 0);
  for (int i = 0; i < 30000; ++i) ++observed[stream.below(bound) >> 62];
  EXPECT_GT(test::goodness_of_fit(observed, std::vector<double>(3, 10000)).p_value, 1e-6);
}

TEST(PublicStream, uniform_lies_in_the_half_open_unit_interval) {
  PublicStream stream(6, "uniform");
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

}  // namespace
}  // namespace fedloom
