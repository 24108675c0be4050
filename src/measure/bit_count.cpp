#include "bit_count.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "fedloom/base/check.hpp"

namespace fedloom::measure {
namespace {

/// Bitmaps counted side by side: each lane of `a` is then loaded once for all of them.
constexpr std::size_t side_by_side = 4;

/// Bits of a word by adding up ever larger fields: the compiler vectorises it, unlike std::popcount without an
/// instruction for it.
std::int64_t bits_of(std::uint64_t word) {
  word -= (word >> 1) & 0x5555555555555555U;
  word = (word & 0x3333333333333333U) + ((word >> 2) & 0x3333333333333333U);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fU;
  word += word >> 8;
  word += word >> 16;
  word += word >> 32;
  return static_cast<std::int64_t>(word & 127);
}

template <std::size_t many>
void ands_portable(const AndCount& what, std::int64_t* counts) {
  std::array<std::int64_t, many> sums{};
  for (std::size_t l = 0; l < what.lanes; ++l)
    for (std::size_t k = 0; k < many; ++k)
      for (std::size_t w = 0; w < 8; ++w) sums[k] += bits_of(what.a[l].words[w] & what.b[k * what.lanes + l].words[w]);
  for (std::size_t k = 0; k < many; ++k) counts[k] = sums[k];
}

#if defined(__x86_64__)

/// Bits of each byte by looking up its halves (Muła, Kurz, Lemire 2018, arXiv 1611.07612).
[[gnu::target("avx2")]] inline __m256i bits_of_bytes(__m256i bytes) {
  const __m256i bits = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  return _mm256_add_epi8(_mm256_shuffle_epi8(bits, _mm256_and_si256(bytes, low)),
                         _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low)));
}

template <std::size_t many>
[[gnu::target("avx2")]] void ands_avx2(const AndCount& what, std::int64_t* counts) {
  __m256i sums[many];  // an array class would lose the type's alignment
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (std::size_t l = 0; l < what.lanes; ++l) {
    const auto* const a = reinterpret_cast<const __m256i*>(what.a + l);
    const __m256i low = _mm256_load_si256(a), high = _mm256_load_si256(a + 1);
    for (std::size_t k = 0; k < many; ++k) {
      const auto* const b = reinterpret_cast<const __m256i*>(what.b + k * what.lanes + l);
      // At most 16 bits a byte: the two halves of a lane fit one byte.
      const __m256i bytes = _mm256_add_epi8(bits_of_bytes(_mm256_and_si256(low, _mm256_load_si256(b))),
                                            bits_of_bytes(_mm256_and_si256(high, _mm256_load_si256(b + 1))));
      sums[k] = _mm256_add_epi64(sums[k], _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
    }
  }
  for (std::size_t k = 0; k < many; ++k)
    counts[k] = _mm256_extract_epi64(sums[k], 0) + _mm256_extract_epi64(sums[k], 1) + _mm256_extract_epi64(sums[k], 2) +
                _mm256_extract_epi64(sums[k], 3);
}

/// GCC 12 warns of its own _mm512_reduce_add_epi64.
[[gnu::target("avx512f")]] inline std::int64_t sum_of(__m512i words) {
  alignas(64) std::array<std::int64_t, 8> parts;
  _mm512_store_si512(parts.data(), words);
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
}

template <std::size_t many>
[[gnu::target("avx512f,avx512vpopcntdq")]] void ands_avx512(const AndCount& what, std::int64_t* counts) {
  __m512i sums[many];
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (std::size_t l = 0; l < what.lanes; ++l) {
    const __m512i a = _mm512_load_si512(what.a + l);
    for (std::size_t k = 0; k < many; ++k) {
      const __m512i both = _mm512_and_si512(a, _mm512_load_si512(what.b + k * what.lanes + l));
      sums[k] = _mm512_add_epi64(sums[k], _mm512_popcnt_epi64(both));
    }
  }
  for (std::size_t k = 0; k < many; ++k) counts[k] = sum_of(sums[k]);
}

#endif

template <std::size_t many>
void ands(Isa isa, const AndCount& what, std::int64_t* counts) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return ands_avx512<many>(what, counts);
  if (isa == Isa::avx2) return ands_avx2<many>(what, counts);
#endif
  FEDLOOM_CHECK(isa == Isa::portable);
  ands_portable<many>(what, counts);
}

}  // namespace

Isa best_isa() {
#if defined(__x86_64__)
  static const Isa best = [] {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2")) return Isa::portable;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vpopcntdq");
    return wide ? Isa::avx512 : Isa::avx2;
  }();
  return best;
#else
  return Isa::portable;
#endif
}

void count_ands(Isa isa, const AndCount& what, std::int64_t* counts) {
  std::size_t k = 0;
  const auto rest = [&] { return AndCount{what.a, what.b + k * what.lanes, what.many - k, what.lanes}; };
  for (; k + side_by_side <= what.many; k += side_by_side) ands<side_by_side>(isa, rest(), counts + k);
  switch (what.many - k) {
    case 3:
      return ands<3>(isa, rest(), counts + k);
    case 2:
      return ands<2>(isa, rest(), counts + k);
    case 1:
      return ands<1>(isa, rest(), counts + k);
    default:
      return;
  }
}

double lane_cost(Isa isa) { return isa == Isa::avx512 ? 2.2 : isa == Isa::avx2 ? 5 : 18; }

}  // namespace fedloom::measure
