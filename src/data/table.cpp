#include "fedloom/data/table.hpp"

#include "fedloom/base/check.hpp"

namespace fedloom::data {

Column make_column(std::uint32_t domain_size) {
  if (domain_size <= 1u << 8) return std::vector<std::uint8_t>();
  if (domain_size <= 1u << 16) return std::vector<std::uint16_t>();
  return std::vector<std::uint32_t>();
}

Table::Table(schema::Domain domain) : domain_(std::move(domain)) {
  columns_.reserve(domain_.dimensions());
  for (std::size_t i = 0; i < domain_.dimensions(); ++i) columns_.push_back(make_column(domain_.size(i)));
}

void Table::append(std::span<const std::uint32_t> codes) {
  FEDLOOM_CHECK(codes.size() == columns_.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    FEDLOOM_CHECK(codes[i] < domain_.size(i));
    std::visit(
        [&](auto& column) {
          using Code = typename std::decay_t<decltype(column)>::value_type;
          column.push_back(static_cast<Code>(codes[i]));
        },
        columns_[i]);
  }
  ++rows_;
}

void Table::append(const Table& other) {
  FEDLOOM_CHECK(other.domain_ == domain_);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::visit(
        [&](auto& column) {
          const auto& more = std::get<std::decay_t<decltype(column)>>(other.columns_[i]);
          column.insert(column.end(), more.begin(), more.end());
        },
        columns_[i]);
  }
  rows_ += other.rows_;
}

void Table::reserve(std::size_t rows) {
  for (Column& column : columns_) std::visit([&](auto& codes) { codes.reserve(rows); }, column);
}

}  // namespace fedloom::data
