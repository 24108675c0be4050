// AES-256 (FIPS 197) in counter mode (NIST SP 800-38A) on 512-bit registers, four blocks each. The instructions take a
// time that does not depend on key or data. docs/decisions/0009-own-aes-ctr-kernel.md says why this is not OpenSSL's.

#include "fedloom/base/check.hpp"
#include "stream_kernels.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <vector>

// Only the functions marked with it may use these instructions: the rest of the program runs on any x86-64.
#define FEDLOOM_VAES __attribute__((target("aes,avx512f,avx512bw,vaes")))

namespace fedloom::secagg {
namespace {

constexpr std::size_t rounds = 14;
constexpr std::size_t registers = 8;  // in flight: as many as hide the latency of one AES round
constexpr std::size_t words_per_register = 8;
constexpr std::size_t group_words = registers * words_per_register;

/// The round keys of one stream, wiped when they go.
struct Schedule {
  Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  ~Schedule() { sodium_memzero(keys.data(), sizeof keys); }
  alignas(16) std::array<std::array<std::uint8_t, 16>, rounds + 1> keys;
  Sign sign = Sign::plus;
};

/// before ^ its own prefix sums ^ what the key assistant gave: one round key from that of two rounds before.
FEDLOOM_VAES inline __m128i next_key(__m128i before, __m128i assisted) {
  before = _mm_xor_si128(before, _mm_slli_si128(before, 4));
  before = _mm_xor_si128(before, _mm_slli_si128(before, 8));
  return _mm_xor_si128(before, assisted);
}

/// Two round keys more, FIPS 197, section 5.2: keys[k] and keys[k + 1] from the two before them.
template <int constant>
FEDLOOM_VAES void extend(Schedule& schedule, std::size_t k) {
  auto* keys = reinterpret_cast<__m128i*>(schedule.keys.data());
  keys[k] = next_key(keys[k - 2], _mm_shuffle_epi32(_mm_aeskeygenassist_si128(keys[k - 1], constant), 0xff));
  if (k + 1 > rounds) return;
  keys[k + 1] = next_key(keys[k - 1], _mm_shuffle_epi32(_mm_aeskeygenassist_si128(keys[k], 0), 0xaa));
}

FEDLOOM_VAES void expand(const KeyStream& stream, Schedule& schedule) {
  schedule.sign = stream.sign;
  std::copy_n(stream.key.view().data(), 16, schedule.keys[0].data());
  std::copy_n(stream.key.view().data() + 16, 16, schedule.keys[1].data());
  extend<0x01>(schedule, 2);
  extend<0x02>(schedule, 4);
  extend<0x04>(schedule, 6);
  extend<0x08>(schedule, 8);
  extend<0x10>(schedule, 10);
  extend<0x20>(schedule, 12);
  extend<0x40>(schedule, 14);
}

/// Four times the same block. Masked, as GCC 12 warns of its own unmasked intrinsic (GCC bug 105593); the code is the
/// same.
FEDLOOM_VAES inline __m512i four_times(__m128i block) { return _mm512_maskz_broadcast_i32x4(0xffff, block); }

/// One round key, for the four blocks of a register.
FEDLOOM_VAES inline __m512i round_key(const Schedule& schedule, std::size_t round) {
  return four_times(_mm_load_si128(reinterpret_cast<const __m128i*>(schedule.keys[round].data())));
}

/// The counters of a group, as they are encrypted. A block is a big-endian number of 128 bits, of which the upper 64
/// stay zero.
struct Counters {
  __m512i blocks[registers];
};
FEDLOOM_VAES inline Counters counters_from(std::uint64_t first_block) {
  const __m512i reversed = four_times(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const auto first = static_cast<long long>(first_block);
  __m512i next = _mm512_set_epi64(first + 3, 0, first + 2, 0, first + 1, 0, first, 0);
  const __m512i four = _mm512_set_epi64(4, 0, 4, 0, 4, 0, 4, 0);
  Counters counters;
  for (auto& block : counters.blocks) {
    block = _mm512_shuffle_epi8(next, reversed);
    next = _mm512_add_epi64(next, four);
  }
  return counters;
}

/// Adds all streams to the words of one group, which stay in registers meanwhile.
FEDLOOM_VAES void add_group(std::span<const Schedule> schedules, std::uint64_t first_block, std::uint64_t* words) {
  const Counters counters = counters_from(first_block);
  __m512i sums[registers];
  for (std::size_t r = 0; r < registers; ++r) sums[r] = _mm512_loadu_si512(words + words_per_register * r);
  for (const Schedule& schedule : schedules) {
    __m512i state[registers];
    __m512i key = round_key(schedule, 0);
    for (std::size_t r = 0; r < registers; ++r) state[r] = _mm512_xor_si512(counters.blocks[r], key);
    for (std::size_t round = 1; round < rounds; ++round) {
      key = round_key(schedule, round);
      for (std::size_t r = 0; r < registers; ++r) state[r] = _mm512_aesenc_epi128(state[r], key);
    }
    key = round_key(schedule, rounds);
    for (std::size_t r = 0; r < registers; ++r) state[r] = _mm512_aesenclast_epi128(state[r], key);
    if (schedule.sign == Sign::plus) {
      for (std::size_t r = 0; r < registers; ++r) sums[r] = _mm512_add_epi64(sums[r], state[r]);
    } else {
      for (std::size_t r = 0; r < registers; ++r) sums[r] = _mm512_sub_epi64(sums[r], state[r]);
    }
  }
  for (std::size_t r = 0; r < registers; ++r) _mm512_storeu_si512(words + words_per_register * r, sums[r]);
}

}  // namespace

bool has_vaes() noexcept {
  // Not every compiler's __builtin_cpu_supports knows "vaes"; what it knows of AVX-512 covers the system's part.
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __builtin_cpu_supports("aes") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_VAES) != 0;
}

void add_by_vaes(std::span<const KeyStream> streams, std::uint64_t first_block, std::span<std::uint64_t> words) {
  FEDLOOM_CHECK(has_vaes());
  std::vector<Schedule> schedules(streams.size());
  for (std::size_t k = 0; k < streams.size(); ++k) expand(streams[k], schedules[k]);
  for (; words.size() >= group_words; words = words.subspan(group_words)) {
    add_group(schedules, first_block, words.data());
    first_block += group_words / words_per_block;
  }
  if (words.empty()) return;
  std::array<std::uint64_t, group_words> last{};
  std::ranges::copy(words, last.begin());
  add_group(schedules, first_block, last.data());
  std::copy_n(last.begin(), words.size(), words.begin());
  sodium_memzero(last.data(), sizeof last);
}

}  // namespace fedloom::secagg

#else

namespace fedloom::secagg {

bool has_vaes() noexcept { return false; }
void add_by_vaes(std::span<const KeyStream>, std::uint64_t, std::span<std::uint64_t>) { FEDLOOM_CHECK(has_vaes()); }

}  // namespace fedloom::secagg

#endif
