#include "digit_bernoulli.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "uint128.hpp"

namespace fedloom::privacy {
namespace {

/// Gives the digits that a test writes down, low half of a word first.
class Script final : public RandomWords {
 public:
  explicit Script(std::vector<std::uint32_t> digits) : digits_(std::move(digits)) { digits_.resize(128, 0); }

 private:
  void refill(std::span<std::uint64_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = digits_[2 * i] | std::uint64_t{digits_[2 * i + 1]} << 32;
  }
  std::vector<std::uint32_t> digits_;
};

template <typename Unsigned>
bool trial(Unsigned num, Unsigned den, std::vector<std::uint32_t> digits) {
  Script script(std::move(digits));
  HalfWords bits(script);
  return bernoulli(num, den, bits);
}

constexpr std::uint32_t third = 0x55555555;  // every digit of 1/3

TEST(DigitBernoulli, one_digit_decides_when_it_differs) {
  EXPECT_TRUE(trial<std::uint64_t>(1, 3, {third - 1, 0xFFFFFFFF}));
  EXPECT_FALSE(trial<std::uint64_t>(1, 3, {third + 1, 0}));
}

TEST(DigitBernoulli, equal_digits_leave_the_decision_to_the_next) {
  EXPECT_TRUE(trial<std::uint64_t>(1, 3, {third, third, third - 1, 0xFFFFFFFF}));
  EXPECT_FALSE(trial<std::uint64_t>(1, 3, {third, third, third + 1, 0}));
  EXPECT_TRUE(trial<uint128>(1, 3, {third, third - 1}));
  EXPECT_FALSE(trial<uint128>(1, 3, {third, third + 1}));
}

TEST(DigitBernoulli, a_fraction_that_ends_is_reached_from_below_only) {
  EXPECT_TRUE(trial<std::uint64_t>(1, 4, {0x3FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}));
  EXPECT_FALSE(trial<std::uint64_t>(1, 4, {0x40000000, 0, 0}));
}

TEST(DigitBernoulli, zero_never_and_one_always_happens) {
  for (const std::uint32_t digit : {0U, 1U, 0x80000000U, 0xFFFFFFFFU}) {
    EXPECT_FALSE(trial<std::uint64_t>(0, 7, {digit}));
    EXPECT_TRUE(trial<std::uint64_t>(7, 7, {digit}));
    EXPECT_TRUE(trial<uint128>(uint128{1} << 90, uint128{1} << 90, {digit}));
  }
}

TEST(DigitBernoulli, the_largest_denominators_do_not_overflow) {
  const uint128 den = (uint128{1} << 96) - 1;
  EXPECT_TRUE(trial<uint128>(den - 1, den, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFD}));
  EXPECT_FALSE(trial<uint128>(den - 1, den, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}));
  EXPECT_TRUE(trial<uint128>(1, den, {0, 0, 0}));
  EXPECT_FALSE(trial<uint128>(1, den, {0, 0, 2}));
}

TEST(HalfWords, give_each_half_of_a_word_once) {
  Script script({1, 2, 3, 4});
  HalfWords bits(script);
  for (const std::uint32_t digit : {1U, 2U, 3U, 4U}) EXPECT_EQ(bits.next(), digit);
}

}  // namespace
}  // namespace fedloom::privacy
