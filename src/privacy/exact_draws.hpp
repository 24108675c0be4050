#pragma once
// Uniform integers and Bernoulli(exp(−x)) for rational x, exactly, in the order of draws of the published
// reference code (IBM discrete-gaussian-differential-privacy), so that its answers can be compared word for word.
// Unsigned is uint128, or cpp_int where that would overflow.

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

#include "fedloom/base/random_words.hpp"
#include "uint128.hpp"

namespace fedloom::privacy {

using BigInteger = boost::multiprecision::cpp_int;

/// A fraction ≥ 0 in lowest terms.
template <typename Unsigned>
struct Fraction {
  Unsigned num;
  Unsigned den;
};

class ExactDraws {
 public:
  explicit ExactDraws(RandomWords& random) : random_(&random) {}
  /// Uniform on {0, …, bound − 1}, bound > 0: whole words, most significant first; values that would favour
  /// small remainders are drawn again.
  uint128 below(uint128 bound);
  BigInteger below(const BigInteger& bound);
  /// True with probability exp(−x).
  bool bernoulli_exp(Fraction<uint128> x);
  bool bernoulli_exp(Fraction<BigInteger> x);
  std::uint64_t uniform_calls() const noexcept { return uniform_calls_; }

 private:
  RandomWords* random_;
  std::uint64_t uniform_calls_ = 0;
};

Fraction<uint128> reduced(uint128 num, uint128 den);
Fraction<BigInteger> reduced(const BigInteger& num, const BigInteger& den);

}  // namespace fedloom::privacy
