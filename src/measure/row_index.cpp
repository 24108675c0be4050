#include "row_index.hpp"

#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "fedloom/base/check.hpp"

namespace fedloom::measure {
namespace {

constexpr std::size_t words_of_lane = lane_rows / 64;
/// With more values, setting bits one by one is faster.
constexpr std::size_t most_compared = 48;

/// Rows that follow one another often share a value, and setting a bit must wait for the one set before in its word.
/// So eight stretches of rows are taken in turn.
template <class Code>
void set_bits(const Code* codes, std::size_t length, std::size_t lanes, std::vector<Lane>& bits) {
  auto* const words = bits.data()->words.data();
  const std::size_t stride = lanes * words_of_lane;
  for (std::size_t word = 0; word < lanes; ++word)
    for (std::size_t bit = 0; bit < 64; ++bit)
      for (std::size_t stretch = 0; stretch < words_of_lane; ++stretch) {
        const auto at = stretch * lanes + word;
        const auto row = at * 64 + bit;
        if (row < length) words[codes[row] * stride + at] |= std::uint64_t{1} << bit;
      }
}

#if defined(__x86_64__)
/// 64 rows at a time against each value.
[[gnu::target("avx512f,avx512bw")]] void compare_bits(const std::uint8_t* codes, std::size_t length, std::size_t size,
                                                      std::vector<Lane>& bits) {
  auto* const words = bits.data()->words.data();
  const std::size_t stride = bits.size() / size * words_of_lane;
  for (std::size_t from = 0; from < length; from += 64) {
    const auto left = length - from;
    const __mmask64 here = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    const __m512i rows = _mm512_maskz_loadu_epi8(here, codes + from);
    for (std::size_t value = 0; value < size; ++value)
      words[value * stride + from / 64] =
          _mm512_mask_cmpeq_epi8_mask(here, rows, _mm512_set1_epi8(static_cast<char>(value)));
  }
}
#endif

template <class Code>
void add_bits(Isa isa, const Code* codes, std::size_t length, std::size_t lanes, ColumnIndex& index) {
  const auto size = index.totals.size();
  index.bits.resize(size * lanes);
#if defined(__x86_64__)
  if constexpr (std::is_same_v<Code, std::uint8_t>) {
    if (isa == Isa::avx512 && size <= most_compared) return compare_bits(codes, length, size, index.bits);
  }
#endif
  set_bits(codes, length, lanes, index.bits);
}

/// Four tables in turn, for the reason given above.
template <class Code>
void add_totals(const Code* codes, std::size_t length, std::vector<std::uint32_t>& totals) {
  const auto size = totals.size();
  std::vector<std::uint32_t> tables(4 * size);
  for (std::size_t i = 0; i < length; ++i) ++tables[(i % 4) * size + codes[i]];
  for (std::size_t k = 0; k < tables.size(); ++k) totals[k % size] += tables[k];
}

/// Without a branch on what the row holds.
template <class Code>
void list_off_common(const Code* codes, std::size_t length, std::uint32_t common, ColumnIndex& index) {
  index.rows.resize(length + 1);
  index.codes.resize(length + 1);
  std::size_t found = 0;
  for (std::size_t i = 0; i < length; ++i) {
    index.rows[found] = static_cast<std::uint16_t>(i);
    index.codes[found] = static_cast<std::uint16_t>(codes[i]);
    found += codes[i] != common;
  }
  index.rows.resize(found);
  index.codes.resize(found);
}

}  // namespace

ColumnIndex index_column(const data::Table& table, const IndexWish& wish, RowRange rows, Isa isa) {
  const auto length = rows.to - rows.from, lanes = lanes_of(rows);
  const auto size = table.domain().size(wish.attribute);
  FEDLOOM_CHECK(length <= index_rows && size <= max_indexed_size);
  ColumnIndex index;
  index.totals.resize(size);
  std::visit(
      [&](const auto& column) {
        const auto* const codes = column.data() + rows.from;
        if (wish.bits) add_bits(isa, codes, length, lanes, index);
        if (wish.off_common) {
          list_off_common(codes, length, wish.common, index);
          for (const auto code : index.codes) ++index.totals[code];
          index.totals[wish.common] += static_cast<std::uint32_t>(length - index.rows.size());
        } else if (wish.bits) {
          for (std::size_t value = 0; value < size; ++value) {
            const auto* const own = index.bits.data() + value * lanes;
            std::int64_t total = 0;
            count_ands(isa, {own, own, 1, lanes}, &total);
            index.totals[value] = static_cast<std::uint32_t>(total);
          }
        } else {
          add_totals(codes, length, index.totals);
        }
      },
      table.column(wish.attribute));
  return index;
}

}  // namespace fedloom::measure
