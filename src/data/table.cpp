#include "fedloom/data/table.hpp"

#include "fedloom/base/check.hpp"

namespace fedloom::data {

namespace {

template <class From, class To>
void recode(const From& codes, const std::vector<std::uint32_t>& bin_of, To& bins) {
  bins.reserve(codes.size());
  for (const auto code : codes) bins.push_back(static_cast<typename To::value_type>(bin_of[code]));
}

}  // namespace

Column make_column(std::uint32_t domain_size) {
  if (domain_size <= 1u << 8) return std::vector<std::uint8_t>();
  if (domain_size <= 1u << 16) return std::vector<std::uint16_t>();
  return std::vector<std::uint32_t>();
}

Table::Table(schema::Domain domain) : domain_(std::move(domain)) {
  columns_.reserve(domain_.dimensions());
  for (std::size_t i = 0; i < domain_.dimensions(); ++i)
    columns_.push_back(std::make_shared<Column>(make_column(domain_.size(i))));
}

Column& Table::growing(std::size_t attribute) {
  FEDLOOM_CHECK(columns_[attribute].use_count() == 1);
  return *columns_[attribute];
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
        growing(i));
  }
  ++rows_;
}

void Table::append(const Table& other) {
  FEDLOOM_CHECK(other.domain_ == domain_);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::visit(
        [&](auto& column) {
          const auto& more = std::get<std::decay_t<decltype(column)>>(other.column(i));
          column.insert(column.end(), more.begin(), more.end());
        },
        growing(i));
  }
  rows_ += other.rows_;
}

void Table::reserve(std::size_t rows) {
  for (std::size_t i = 0; i < columns_.size(); ++i) std::visit([&](auto& codes) { codes.reserve(rows); }, growing(i));
}

Table Table::recoded(const schema::Coarsening& coarsening) const {
  Table out(coarsening.over(domain_));
  out.columns_ = columns_;
  out.rows_ = rows_;
  for (const auto& axis : coarsening.axes()) {
    auto merged = std::make_shared<Column>(make_column(axis.bins()));
    std::visit([&](const auto& from, auto& to) { recode(from, axis.bin_of, to); }, column(axis.attribute), *merged);
    out.columns_[axis.attribute] = std::move(merged);
  }
  return out;
}

}  // namespace fedloom::data
