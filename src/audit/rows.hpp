#pragma once
// Encoded rows, one after the other: what attacks on single rows walk over.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/data/table.hpp"

namespace fedloom::audit {

class Rows {
 public:
  /// At most `most` rows of a table, by public chance, in the table's order.
  Rows(const data::Table& table, std::size_t most, PublicStream& stream);
  Rows(schema::Domain domain, std::vector<std::uint32_t> codes);
  const schema::Domain& domain() const noexcept { return domain_; }
  std::size_t size() const noexcept { return codes_.size() / domain_.dimensions(); }
  std::span<const std::uint32_t> operator[](std::size_t row) const {
    return {codes_.data() + row * domain_.dimensions(), domain_.dimensions()};
  }
  /// Rows first, first + 2, …: halves that are alike in a table that is sorted.
  Rows every_other(std::size_t first) const;

 private:
  schema::Domain domain_;
  std::vector<std::uint32_t> codes_;
};

/// Columns in which a row differs from the row of `among` that differs least.
std::uint32_t distance_to_nearest(std::span<const std::uint32_t> row, const Rows& among);

}  // namespace fedloom::audit
