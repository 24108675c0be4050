// Many draws of one dyadic variance, exactly. The law is that of CKS 2020, Algorithm 3, and so are the steps; three
// choices make them fast. The Laplace scale t is a power of two (any t gives the same law), so that its remainder is
// a few bits. A Bernoulli compares the digits of a uniform number with those of its probability, 32 bits at a time,
// instead of drawing an integer below the denominator: no division, and nearly always one step. And the constants
// of a variance are computed once.

#include <algorithm>
#include <bit>

#include "digit_bernoulli.hpp"
#include "fedloom/base/check.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "uint128.hpp"

namespace fedloom::privacy {
namespace {

/// exp(−num/den) for num ≤ den; 4096 · den ≤ 2^(bits − 32), for the trials up to k = 4096.
template <typename Unsigned>
bool bernoulli_exp_small(Unsigned num, Unsigned den, HalfWords& bits) {
  Unsigned divisor = den;
  for (std::uint32_t k = 1;; ++k) {
    if (!bernoulli(num, divisor, bits)) return k % 2 == 1;
    divisor += den;
    FEDLOOM_CHECK(k < 4096);  // reached with probability below 1/4096!
  }
}

/// exp(−1): the first of Algorithm 1's trials always succeeds.
bool bernoulli_exp_one(HalfWords& bits) {
  for (std::uint32_t k = 2;; ++k) {
    if (!bernoulli<std::uint64_t>(1, k, bits)) return k % 2 == 1;
  }
}

class BulkGaussian {
 public:
  /// σ² = num / 2^shift; see fits().
  BulkGaussian(std::uint64_t num, unsigned shift) : num_(num), shift_(shift) {
    // The largest t = 2^k with t² ≤ 2σ², at least 1: t is within √2 of σ, where most candidates are accepted.
    while ((uint128{4} << (2 * log_t_ + shift)) <= uint128{2} * num) ++log_t_;
    den_ = (uint128{2} * num) << (shift + 2 * log_t_);
  }

  /// den_ ≤ 4·num² or 2·num·2^shift, so that 4096·den_ < 2^96; and t·2^shift ≤ 2^45.
  static bool fits(std::uint64_t num, unsigned shift) {
    return num > 0 && num <= std::uint64_t{1} << 40 && shift <= 24;
  }

  std::int64_t draw(HalfWords& bits) const {
    for (;;) {
      const std::uint32_t digits = bits.next();
      const bool negative = digits >> 31 != 0;
      const std::uint64_t remainder = digits & ((std::uint32_t{1} << log_t_) - 1);
      if (!bernoulli_exp_small<std::uint64_t>(remainder, std::uint64_t{1} << log_t_, bits)) continue;
      std::uint64_t whole = 0;
      while (bernoulli_exp_one(bits)) ++whole;
      const std::uint64_t magnitude = (whole << log_t_) + remainder;
      if (negative && magnitude == 0) continue;
      if (!accept(magnitude, bits)) continue;
      const auto value = static_cast<std::int64_t>(magnitude);
      return negative ? -value : value;
    }
  }

 private:
  /// exp(−(|y|·t·2^s − num)² / (2·num·2^s·t²)): Algorithm 3's test for σ² = num/2^s.
  bool accept(std::uint64_t magnitude, HalfWords& bits) const {
    FEDLOOM_CHECK(magnitude < std::uint64_t{1} << (62 - log_t_ - shift_));  // fails below exp(−2^16)
    const std::uint64_t product = magnitude << (log_t_ + shift_);
    const uint128 gap = product > num_ ? product - num_ : num_ - product;
    uint128 exponent = gap * gap;
    for (; exponent > den_; exponent -= den_) {
      if (!bernoulli_exp_one(bits)) return false;
    }
    return bernoulli_exp_small(exponent, den_, bits);
  }

  std::uint64_t num_;
  unsigned shift_;
  unsigned log_t_ = 0;
  uint128 den_ = 0;
};

}  // namespace

void discrete_gaussian_fill(const NoiseScale& scale, std::span<std::int64_t> out, RandomWords& random) {
  // In lowest terms, so that equal variances take the same path.
  const unsigned halvings = std::min<unsigned>(scale.variance_shift, std::countr_zero(scale.variance_num));
  const std::uint64_t num = scale.variance_num >> halvings;
  const unsigned shift = scale.variance_shift - halvings;
  if (BulkGaussian::fits(num, shift)) {
    const BulkGaussian sampler(num, shift);
    HalfWords bits(random);
    for (std::int64_t& value : out) value = sampler.draw(bits);
    return;
  }
  FEDLOOM_CHECK(num > 0 && shift < 64);
  for (std::int64_t& value : out) value = discrete_gaussian(Rational{num, std::uint64_t{1} << shift}, random);
}

}  // namespace fedloom::privacy
