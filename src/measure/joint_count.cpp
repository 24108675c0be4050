#include "joint_count.hpp"

#include <algorithm>
#include <array>

#include "fedloom/base/check.hpp"

namespace fedloom::measure {
namespace {

constexpr std::size_t block_rows = 2048;         // keys of a block stay in the first-level cache
constexpr std::size_t narrow_rows = UINT16_MAX;  // so many rows cannot overflow a 16-bit cell

using Sizes = std::vector<std::uint32_t>;

/// Columns of a joint, and their numbers of values.
struct Axes {
  std::vector<const data::Column*> columns;
  Sizes sizes;
};

Axes axes_of(const data::Table& table, const std::vector<std::uint32_t>& attributes) {
  Axes axes;
  for (const auto attribute : attributes) {
    axes.columns.push_back(&table.column(attribute));
    axes.sizes.push_back(table.domain().size(attribute));
  }
  return axes;
}

using ByteColumns = std::array<const std::uint8_t*, max_joint_degree>;

/// Keys of a block from `degree` one-byte columns, in one pass that the compiler vectorises.
template <class Key, std::size_t degree>
[[gnu::always_inline]] inline void make_keys(const ByteColumns& columns, const Sizes& sizes, std::size_t length,
                                             Key* __restrict keys) {
  std::array<const std::uint8_t*, degree> column;
  std::array<Key, degree> size;
  for (std::size_t k = 0; k < degree; ++k) {
    column[k] = columns[k];
    size[k] = static_cast<Key>(sizes[k]);
  }
  for (std::size_t i = 0; i < length; ++i) {
    Key key = column[0][i];
    for (std::size_t k = 1; k < degree; ++k) key = static_cast<Key>(key * size[k] + column[k][i]);
    keys[i] = key;
  }
}

#if defined(__x86_64__)
template <class Key, std::size_t degree>
[[gnu::target("avx2")]] void make_keys_avx2(const ByteColumns& columns, const Sizes& sizes, std::size_t length,
                                            Key* keys) {
  make_keys<Key, degree>(columns, sizes, length, keys);
}
#endif

template <class Key, std::size_t degree>
void byte_keys(Isa isa, const ByteColumns& columns, const Sizes& sizes, std::size_t length, Key* keys) {
#if defined(__x86_64__)
  if (isa != Isa::portable) return make_keys_avx2<Key, degree>(columns, sizes, length, keys);
#endif
  FEDLOOM_CHECK(isa == Isa::portable);
  make_keys<Key, degree>(columns, sizes, length, keys);
}

/// Keys (row-major cell numbers) of the rows of one joint, block by block.
template <class Key>
class KeyMaker {
 public:
  KeyMaker(const Axes& axes, Isa isa) : columns_(axes.columns), sizes_(axes.sizes), isa_(isa) {
    all_bytes_ = std::all_of(columns_.begin(), columns_.end(), [](const data::Column* column) {
      return std::holds_alternative<std::vector<std::uint8_t>>(*column);
    });
  }
  void fill(std::size_t from, std::size_t length, Key* keys) const {
    if (all_bytes_)
      fill_bytes(from, length, keys);
    else
      fill_mixed(from, length, keys);
  }

 private:
  void fill_bytes(std::size_t from, std::size_t length, Key* keys) const {
    ByteColumns at{};
    for (std::size_t k = 0; k < columns_.size(); ++k)
      at[k] = std::get<std::vector<std::uint8_t>>(*columns_[k]).data() + from;
    switch (columns_.size()) {
      case 1:
        return byte_keys<Key, 1>(isa_, at, sizes_, length, keys);
      case 2:
        return byte_keys<Key, 2>(isa_, at, sizes_, length, keys);
      case 3:
        return byte_keys<Key, 3>(isa_, at, sizes_, length, keys);
      case 4:
        return byte_keys<Key, 4>(isa_, at, sizes_, length, keys);
      case 5:
        return byte_keys<Key, 5>(isa_, at, sizes_, length, keys);
      case 6:
        return byte_keys<Key, 6>(isa_, at, sizes_, length, keys);
      default:
        FEDLOOM_CHECK(false);
    }
  }
  void fill_mixed(std::size_t from, std::size_t length, Key* __restrict keys) const {
    std::fill_n(keys, length, Key{0});
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const auto size = static_cast<Key>(sizes_[k]);
      std::visit(
          [&](const auto& codes) {
            const auto* __restrict code = codes.data() + from;
            for (std::size_t i = 0; i < length; ++i) keys[i] = static_cast<Key>(keys[i] * size + code[i]);
          },
          *columns_[k]);
    }
  }

  const std::vector<const data::Column*>& columns_;
  const Sizes& sizes_;
  Isa isa_;
  bool all_bytes_ = false;
};

/// Updates of one cell must wait for each other: skewed data meet the same cell in rows that follow one another. With
/// four tables in turn such updates run side by side. Large tables meet a cell more rarely and would leave the cache.
template <class Key, class Cell>
void add_rows(const Key* __restrict keys, std::size_t length, std::array<Cell*, 4> tables) {
  auto* const a = tables[0];
  auto* const b = tables[1];
  auto* const c = tables[2];
  auto* const d = tables[3];
  std::size_t i = 0;
  for (; i + 4 <= length; i += 4) {
    ++a[keys[i]];
    ++b[keys[i + 1]];
    ++c[keys[i + 2]];
    ++d[keys[i + 3]];
  }
  for (; i < length; ++i) ++a[keys[i]];
}

template <class Key, class Cell>
void add_range(const KeyMaker<Key>& maker, RowRange rows, std::array<Cell*, 4> tables) {
  std::array<Key, block_rows> keys;
  for (auto from = rows.from; from < rows.to; from += block_rows) {
    const auto length = std::min(block_rows, rows.to - from);
    maker.fill(from, length, keys.data());
    add_rows(keys.data(), length, tables);
  }
}

/// 16-bit keys and cells, flushed into 32 bits before a cell can overflow.
void count_narrow(const KeyMaker<std::uint16_t>& maker, RowRange rows, std::vector<std::uint32_t>& counts) {
  const std::size_t cells = counts.size();
  const std::size_t tables = cells <= 2048 ? 4 : 1;
  std::vector<std::uint16_t> narrow(tables * cells);
  std::array<std::uint16_t*, 4> at;
  for (std::size_t t = 0; t < at.size(); ++t) at[t] = narrow.data() + (t % tables) * cells;
  for (auto from = rows.from; from < rows.to; from += narrow_rows) {
    if (from != rows.from) std::fill(narrow.begin(), narrow.end(), std::uint16_t{0});
    add_range(maker, {from, std::min(rows.to, from + narrow_rows)}, at);
    for (std::size_t t = 0; t < tables; ++t)
      for (std::size_t c = 0; c < cells; ++c) counts[c] += narrow[t * cells + c];
  }
}

}  // namespace

std::vector<std::uint32_t> count_joint(const data::Table& table, const Joint& joint, RowRange rows, Isa isa) {
  FEDLOOM_CHECK(!joint.attributes.empty() && joint.attributes.size() <= max_joint_degree);
  FEDLOOM_CHECK(rows.from <= rows.to && rows.to <= table.rows() && rows.to - rows.from <= max_range_rows);
  FEDLOOM_CHECK(joint.cells <= UINT32_MAX);
  const auto axes = axes_of(table, joint.attributes);
  std::vector<std::uint32_t> counts(joint.cells);
  if (joint.cells <= max_joint_cells) {
    count_narrow({axes, isa}, rows, counts);
  } else {
    auto* const all = counts.data();
    add_range<std::uint32_t, std::uint32_t>(KeyMaker<std::uint32_t>(axes, isa), rows, {all, all, all, all});
  }
  return counts;
}

void add_counts(const data::Table& table, const std::vector<std::uint32_t>& attributes, RowRange rows, Isa isa,
                std::int64_t* counts) {
  const auto axes = axes_of(table, attributes);
  add_range<std::uint32_t, std::int64_t>(KeyMaker<std::uint32_t>(axes, isa), rows, {counts, counts, counts, counts});
}

void for_each_keys(const data::Table& table, const std::vector<std::uint32_t>& attributes, RowRange rows,
                   const std::function<void(std::span<const std::uint32_t>)>& use) {
  const auto axes = axes_of(table, attributes);
  const KeyMaker<std::uint32_t> maker(axes, best_isa());
  std::array<std::uint32_t, block_rows> keys;
  for (auto from = rows.from; from < rows.to; from += block_rows) {
    const auto length = std::min(block_rows, rows.to - from);
    maker.fill(from, length, keys.data());
    use({keys.data(), length});
  }
}

}  // namespace fedloom::measure
