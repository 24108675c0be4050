#include "solo_count.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace fedloom::measure {
namespace {

using schema::Marginal;

constexpr std::size_t index_bytes = std::size_t{64} << 20;
constexpr std::size_t least_block_rows = std::size_t{1} << 12;
/// Solos of one task: their indexes stay in the cache for a block.
constexpr std::size_t task_solos = 64;
/// Bitmaps of one column that meet all of another's in turn.
constexpr std::size_t bitmaps_at_once = 8;

/// The columns' indexes for one block; null where there is none.
using BlockIndex = std::vector<const ColumnIndex*>;

class BlockCounter {
 public:
  BlockCounter(const data::Table& table, RowRange rows, const BlockIndex& index, Isa isa)
      : table_(table), rows_(rows), index_(index), isa_(isa), lanes_(lanes_of(rows)) {}

  void add(const Marginal& marginal, const Solo& solo, const IndexWish* wish, std::int64_t* out) {
    if (solo.way == Solo::Way::direct) return add_counts(table_, {marginal.begin(), marginal.end()}, rows_, isa_, out);
    if (solo.way == Solo::Way::off_common) return add_off_common(marginal, solo.side, wish->common, out);
    marginal.degree() == 2 ? add_pair_bits(marginal, out) : add_triple_bits(marginal, out);
  }

 private:
  const ColumnIndex& index(std::uint32_t attribute) const { return *index_[attribute]; }
  std::size_t size(std::uint32_t attribute) const { return table_.domain().size(attribute); }

  /// All cells but those of the last value of either column; these follow from the columns' totals.
  void add_pair_bits(const Marginal& pair, std::int64_t* out) {
    const auto& a = index(pair[0]);
    const auto& b = index(pair[1]);
    const auto a_size = size(pair[0]), b_size = size(pair[1]);
    cells_.assign(a_size * b_size, 0);
    for (std::size_t j = 0; j + 1 < b_size; j += bitmaps_at_once)
      for (std::size_t i = 0; i + 1 < a_size; ++i)
        count_ands(
            isa_,
            {a.bits.data() + i * lanes_, b.bits.data() + j * lanes_, std::min(bitmaps_at_once, b_size - 1 - j), lanes_},
            cells_.data() + i * b_size + j);
    auto* const last = cells_.data() + (a_size - 1) * b_size;
    for (std::size_t j = 0; j < b_size; ++j) last[j] = b.totals[j];
    for (std::size_t i = 0; i + 1 < a_size; ++i) {
      auto* const row = cells_.data() + i * b_size;
      row[b_size - 1] = a.totals[i];
      for (std::size_t j = 0; j + 1 < b_size; ++j) row[b_size - 1] -= row[j];
      for (std::size_t j = 0; j < b_size; ++j) last[j] -= row[j];
    }
    for (std::size_t c = 0; c < cells_.size(); ++c) out[c] += cells_[c];
  }

  /// The rows of each pair of values, as a bitmap, against the third column but for its last value.
  void add_triple_bits(const Marginal& triple, std::int64_t* out) {
    const auto& a = index(triple[0]);
    const auto& b = index(triple[1]);
    const auto& c = index(triple[2]);
    const auto c_size = size(triple[2]);
    both_.resize(lanes_);
    cells_.assign(c_size, 0);
    for (std::size_t i = 0; i < size(triple[0]); ++i)
      for (std::size_t j = 0; j < size(triple[1]); ++j, out += c_size) {
        for (std::size_t l = 0; l < lanes_; ++l)
          for (std::size_t w = 0; w < 8; ++w)
            both_[l].words[w] = a.bits[i * lanes_ + l].words[w] & b.bits[j * lanes_ + l].words[w];
        count_ands(isa_, {both_.data(), both_.data(), 1, lanes_}, &cells_[c_size - 1]);
        count_ands(isa_, {both_.data(), c.bits.data(), c_size - 1, lanes_}, cells_.data());
        for (std::size_t k = 0; k + 1 < c_size; ++k) cells_[c_size - 1] -= cells_[k];
        for (std::size_t k = 0; k < c_size; ++k) out[k] += cells_[k];
      }
  }

  /// Rows that have the common value are what is left of the other column's totals.
  void add_off_common(const Marginal& pair, std::size_t side, std::uint32_t common, std::int64_t* out) {
    const auto& own = index(pair[side]);
    const auto& totals = index(pair[1 - side]).totals;
    const auto second = size(pair[1]);
    const std::size_t own_step = side == 0 ? second : 1, other_step = side == 0 ? 1 : second;
    cells_.assign(totals.begin(), totals.end());
    std::visit(
        [&](const auto& column) {
          const auto* const codes = column.data() + rows_.from;
          for (std::size_t k = 0; k < own.rows.size(); ++k) {
            const auto other = codes[own.rows[k]];
            ++out[own.codes[k] * own_step + other * other_step];
            --cells_[other];
          }
        },
        table_.column(pair[1 - side]));
    for (std::size_t other = 0; other < cells_.size(); ++other)
      out[common * own_step + other * other_step] += cells_[other];
  }

  const data::Table& table_;
  RowRange rows_;
  const BlockIndex& index_;
  Isa isa_;
  std::size_t lanes_;
  std::vector<std::int64_t> cells_;
  std::vector<Lane> both_;
};

/// How rows are cut: `blocks` of `rows` each are indexed at one time.
struct Stage {
  std::size_t rows = index_rows;
  std::size_t blocks = 1;
};

Stage stage_of(const data::Table& table, const std::vector<IndexWish>& wishes) {
  // Bytes for a row, at most: a bit for each value, and two numbers of 16 bits.
  double row = 0, block = 0;
  for (const auto& wish : wishes) {
    const double size = table.domain().size(wish.attribute);
    block += 4 * size + sizeof(ColumnIndex);
    if (wish.bits) row += size / 8;
    if (wish.off_common) row += 4;
  }
  Stage stage;
  const auto bytes = [&] { return row * static_cast<double>(stage.rows) + block; };
  while (stage.rows > least_block_rows && bytes() > index_bytes) stage.rows /= 2;
  const auto fit = index_bytes / std::max(bytes(), 1.0);
  const auto there = static_cast<double>(table.rows() / stage.rows + 1);
  stage.blocks = static_cast<std::size_t>(std::clamp(fit, 1.0, there));
  return stage;
}

}  // namespace

void count_solos(const data::Table& table, const std::vector<Marginal>& marginals, const CountPlan& plan, Isa isa,
                 unsigned threads, std::vector<std::vector<std::int64_t>>& results) {
  if (plan.solos.empty()) return;
  const auto stage = stage_of(table, plan.indexes);
  std::vector<const IndexWish*> wish_of(table.domain().dimensions(), nullptr);
  for (const auto& wish : plan.indexes) wish_of[wish.attribute] = &wish;
  const auto per_task = std::clamp<std::size_t>(plan.solos.size() / (4 * threads), 1, task_solos);
  const auto tasks = (plan.solos.size() + per_task - 1) / per_task;

  for (std::size_t from = 0; from < table.rows(); from += stage.rows * stage.blocks) {
    std::vector<RowRange> blocks;
    for (auto at = from; at < std::min(table.rows(), from + stage.rows * stage.blocks); at += stage.rows)
      blocks.push_back({at, std::min(table.rows(), at + stage.rows)});
    std::vector<ColumnIndex> columns(blocks.size() * plan.indexes.size());
    std::vector<BlockIndex> index(blocks.size(), BlockIndex(table.domain().dimensions(), nullptr));
    in_parallel(columns.size(), threads, [&](std::size_t k) {
      const auto block = k / plan.indexes.size();
      const auto& wish = plan.indexes[k % plan.indexes.size()];
      columns[k] = index_column(table, wish, blocks[block], isa);
      index[block][wish.attribute] = &columns[k];
    });
    // Each solo is in one task, so that its result needs no lock.
    in_parallel(tasks, threads, [&](std::size_t task) {
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        BlockCounter counter(table, blocks[b], index[b], isa);
        for (auto s = task * per_task; s < std::min(plan.solos.size(), (task + 1) * per_task); ++s) {
          const auto& solo = plan.solos[s];
          const auto& marginal = marginals[solo.marginal];
          const auto* const wish = solo.way == Solo::Way::off_common ? wish_of[marginal[solo.side]] : nullptr;
          counter.add(marginal, solo, wish, results[solo.marginal].data());
        }
      }
    });
  }
}

}  // namespace fedloom::measure
