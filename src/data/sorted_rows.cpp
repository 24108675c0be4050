#include "sorted_rows.hpp"

#include <algorithm>
#include <optional>

#include "fedloom/schema/number.hpp"

namespace fedloom::data {
namespace {

/// Number, text, nothing; each kind in its own order.
struct Key {
  int kind = 2;
  double number = 0;
  std::string text;
  auto operator<=>(const Key&) const = default;
};

Key key_of(const std::string& cell, bool null) {
  if (null || cell.empty()) return {};
  if (const auto number = schema::parse_number(cell)) return {0, *number, {}};
  return {1, 0, cell};
}

}  // namespace

SortedRows::SortedRows(std::unique_ptr<RowSource> rows, const RowRequest& request)
    : rows_(std::move(rows)),
      columns_(request.columns),
      cells_(rows_->header().size()),
      null_(rows_->header().size(), false) {
  for (const std::size_t column : request.order) {
    if (std::find(columns_.begin(), columns_.end(), column) == columns_.end()) columns_.push_back(column);
  }
  rows_->start({columns_, {}, false});
  read(request.order);
}

void SortedRows::read(const std::vector<std::size_t>& order) {
  std::vector<std::pair<std::vector<Key>, std::size_t>> keys;
  while (rows_->next()) {
    position_ = rows_->position();
    Row row{.cells = {}, .null = {}, .line = position_.line};
    for (const std::size_t column : columns_) {
      row.cells.push_back(rows_->cells()[column]);
      row.null.push_back(rows_->is_null(column));
    }
    std::vector<Key> key;
    for (const std::size_t column : order) key.push_back(key_of(rows_->cells()[column], rows_->is_null(column)));
    keys.emplace_back(std::move(key), all_.size());
    all_.push_back(std::move(row));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<Row> sorted;
  sorted.reserve(all_.size());
  for (const auto& [key, place] : keys) sorted.push_back(std::move(all_[place]));
  all_ = std::move(sorted);
}

bool SortedRows::next() {
  if (next_ == all_.size()) return false;
  const Row& row = all_[next_++];
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    cells_[columns_[k]] = row.cells[k];
    null_[columns_[k]] = row.null[k];
  }
  position_.line = row.line;
  return true;
}

}  // namespace fedloom::data
