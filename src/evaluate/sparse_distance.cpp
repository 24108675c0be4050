#include "sparse_distance.hpp"

#include <bit>
#include <cmath>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::evaluate {
namespace {

/// Cell numbers, in row order.
std::vector<std::uint64_t> cell_numbers(const data::Table& table, const schema::Marginal& marginal) {
  if (marginal.cells(table.domain()) >= INT64_MAX)  // where cells() stops counting
    throw DataError({}, "the marginal of " + marginal.name(table.domain()) + " has more than 2^63 cells",
                    "bin these columns more coarsely in the schema");
  std::vector<std::uint64_t> cells(table.rows(), 0);
  for (const auto attribute : marginal) {
    const std::uint64_t size = table.domain().size(attribute);
    std::visit(
        [&](const auto& codes) {
          for (std::size_t row = 0; row < cells.size(); ++row) cells[row] = cells[row] * size + codes[row];
        },
        table.column(attribute));
  }
  return cells;
}

/// Counts of cells in two tables: open addressing, at most half full.
class CellCounts {
 public:
  explicit CellCounts(std::size_t most_cells)
      : bits_(static_cast<int>(std::bit_width(2 * most_cells))), slots_(std::size_t{1} << bits_) {}
  void add(std::uint64_t cell, std::size_t table) {
    // Fibonacci hashing: the top bits of the product are well mixed.
    auto at = (cell * 0x9E3779B97F4A7C15U) >> (64 - bits_);
    while (slots_[at].next_cell != 0 && slots_[at].next_cell != cell + 1) at = (at + 1) & (slots_.size() - 1);
    slots_[at].next_cell = cell + 1;
    ++slots_[at].counts[table];
  }
  double distance(double rows_a, double rows_b) const {
    double sum = 0;
    for (const auto& slot : slots_)
      sum += std::abs(static_cast<double>(slot.counts[0]) / rows_a - static_cast<double>(slot.counts[1]) / rows_b);
    return sum;
  }

 private:
  struct Slot {
    std::uint64_t next_cell = 0;  // cell + 1; 0: free
    std::uint64_t counts[2] = {0, 0};
  };
  int bits_;
  std::vector<Slot> slots_;
};

}  // namespace

double sparse_distance(const data::Table& a, const data::Table& b, const schema::Marginal& marginal) {
  FEDLOOM_CHECK(a.rows() > 0 && b.rows() > 0);
  CellCounts counts(a.rows() + b.rows());
  for (const auto cell : cell_numbers(a, marginal)) counts.add(cell, 0);
  for (const auto cell : cell_numbers(b, marginal)) counts.add(cell, 1);
  return counts.distance(static_cast<double>(a.rows()), static_cast<double>(b.rows()));
}

}  // namespace fedloom::evaluate
