#include "bit_count.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "tables.hpp"

namespace fedloom::measure {
namespace {

std::vector<Lane> random_lanes(std::size_t count, std::uint64_t seed) {
  PublicStream stream(seed, "lanes");
  std::vector<Lane> lanes(count);
  for (auto& lane : lanes) stream.fill(lane.words);
  return lanes;
}

std::int64_t shared_bits(const Lane* a, const Lane* b, std::size_t lanes) {
  std::int64_t bits = 0;
  for (std::size_t l = 0; l < lanes; ++l)
    for (std::size_t w = 0; w < 8; ++w) bits += std::popcount(a[l].words[w] & b[l].words[w]);
  return bits;
}

class BitCount : public ::testing::TestWithParam<Isa> {};

TEST_P(BitCount, FindsTheBitsThatBitmapsShare) {
  for (const std::size_t lanes : {1U, 2U, 63U})
    for (std::size_t many = 0; many <= 9; ++many) {
      const auto a = random_lanes(lanes, 1), b = random_lanes(lanes * 9, 2);
      std::vector<std::int64_t> counts(many + 1, -1);
      count_ands(GetParam(), {a.data(), b.data(), many, lanes}, counts.data());
      for (std::size_t k = 0; k < many; ++k)
        EXPECT_EQ(counts[k], shared_bits(a.data(), b.data() + k * lanes, lanes)) << lanes << " lanes, bitmap " << k;
      EXPECT_EQ(counts[many], -1) << "wrote past the last count";
    }
}

TEST_P(BitCount, OfFullBitmapsIsTheirLength) {
  std::vector<Lane> full(63);
  for (auto& lane : full) lane.words.fill(~std::uint64_t{0});
  std::int64_t count = 0;
  count_ands(GetParam(), {full.data(), full.data(), 1, full.size()}, &count);
  EXPECT_EQ(count, 63 * 512);
}

INSTANTIATE_TEST_SUITE_P(OnThisMachine, BitCount, ::testing::ValuesIn(test::isas_here()));

}  // namespace
}  // namespace fedloom::measure
