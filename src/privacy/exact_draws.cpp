#include "exact_draws.hpp"

#include "fedloom/base/check.hpp"

namespace fedloom::privacy {
namespace {

uint128 greatest_common_divisor(uint128 a, uint128 b) {
  while (b != 0) {
    const uint128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// x/k in lowest terms, for x in lowest terms.
Fraction<uint128> divided(const Fraction<uint128>& x, std::uint32_t k) {
  const uint128 common = greatest_common_divisor(k, x.num);
  const uint128 factor = k / common;
  FEDLOOM_CHECK(x.den <= ~uint128{0} / factor);
  return {x.num / common, x.den * factor};
}

Fraction<BigInteger> divided(const Fraction<BigInteger>& x, std::uint32_t k) { return reduced(x.num, x.den * k); }

/// exp(−x) for x in [0, 1]: CKS 2020, Algorithm 1.
template <typename Unsigned>
bool bernoulli_exp_small(const Fraction<Unsigned>& x, ExactDraws& draws) {
  for (std::uint32_t k = 1;; ++k) {
    const Fraction<Unsigned> step = divided(x, k);
    if (draws.below(step.den) >= step.num) return k % 2 == 1;
  }
}

template <typename Unsigned>
bool bernoulli_exp_any(Fraction<Unsigned> x, ExactDraws& draws) {
  while (x.num > x.den) {
    if (!bernoulli_exp_small(Fraction<Unsigned>{1, 1}, draws)) return false;
    x.num -= x.den;
  }
  return bernoulli_exp_small(x, draws);
}

}  // namespace

uint128 ExactDraws::below(uint128 bound) {
  FEDLOOM_CHECK(bound > 0);
  ++uniform_calls_;
  constexpr std::uint64_t max_word = ~std::uint64_t{0};
  if (bound - 1 <= max_word) {
    if (bound == uint128{max_word} + 1) return random_->next();
    const auto small = static_cast<std::uint64_t>(bound);
    const std::uint64_t excess = (0 - small) % small;  // 2^64 mod bound
    for (;;) {
      const std::uint64_t word = random_->next();
      if (word <= max_word - excess) return word % small;
    }
  }
  const uint128 excess = (0 - bound) % bound;  // 2^128 mod bound
  for (;;) {
    const uint128 high = random_->next();
    const uint128 value = high << 64 | random_->next();
    if (value <= ~uint128{0} - excess) return value % bound;
  }
}

BigInteger ExactDraws::below(const BigInteger& bound) {
  FEDLOOM_CHECK(bound > 0);
  ++uniform_calls_;
  const unsigned words = bound <= 1 ? 1 : msb(BigInteger(bound - 1)) / 64 + 1;
  const BigInteger range = BigInteger(1) << (64 * words);
  const BigInteger limit = range - range % bound;
  for (;;) {
    BigInteger value = 0;
    for (unsigned i = 0; i < words; ++i) value = (value << 64) | random_->next();
    if (value < limit) return value % bound;
  }
}

bool ExactDraws::bernoulli_exp(Fraction<uint128> x) { return bernoulli_exp_any(x, *this); }
bool ExactDraws::bernoulli_exp(Fraction<BigInteger> x) { return bernoulli_exp_any(std::move(x), *this); }

Fraction<uint128> reduced(uint128 num, uint128 den) {
  const uint128 common = greatest_common_divisor(num, den);
  return {num / common, den / common};
}

Fraction<BigInteger> reduced(const BigInteger& num, const BigInteger& den) {
  const BigInteger common = gcd(num, den);
  return {num / common, den / common};
}

}  // namespace fedloom::privacy
