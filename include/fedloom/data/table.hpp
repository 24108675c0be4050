#pragma once
// Rows in memory, encoded: one column per modelled attribute, as narrow as its domain allows. Private.

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "fedloom/schema/coarsening.hpp"

namespace fedloom::data {

/// Codes of one attribute: uint8 up to 256 values, uint16 up to 65536, else uint32.
using Column = std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>>;
Column make_column(std::uint32_t domain_size);

class Table {
 public:
  explicit Table(schema::Domain domain);
  Table(Table&&) noexcept = default;
  Table& operator=(Table&&) noexcept = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  const schema::Domain& domain() const noexcept { return domain_; }
  std::size_t rows() const noexcept { return rows_; }
  const Column& column(std::size_t attribute) const { return *columns_.at(attribute); }
  /// One code per attribute; aborts when one is outside its domain.
  void append(std::span<const std::uint32_t> codes);
  /// All rows of another table of the same domain (aborts otherwise).
  void append(const Table& other);
  void reserve(std::size_t rows);
  /// The same rows in the bins of a coarsening that fits the domain (aborts otherwise). Columns that keep their codes
  /// are shared with this table, and from then on neither table may grow.
  Table recoded(const schema::Coarsening& coarsening) const;

 private:
  Column& growing(std::size_t attribute);
  schema::Domain domain_;
  std::vector<std::shared_ptr<Column>> columns_;
  std::size_t rows_ = 0;
};

}  // namespace fedloom::data
