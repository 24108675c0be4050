#pragma once
// The numbers of some attributes that inequalities, or one sum, tie together. All are whole multiples of one unit, so
// that what is placed is exact in decimals.

#include <cstdint>
#include <optional>
#include <vector>

#include "fedloom/schema/constraint.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {

class NumberSystem {
 public:
  static constexpr std::size_t most_columns = 64;

  /// Inequalities that hang together; `first`: the place of the first of them in the list.
  NumberSystem(const std::vector<Attribute>& attributes, const std::vector<Less>& inequalities, std::size_t first);
  NumberSystem(const std::vector<Attribute>& attributes, const Sum& sum, std::size_t first);

  std::size_t first() const noexcept { return first_; }
  bool has(std::uint32_t attribute) const;
  std::vector<std::uint32_t> attributes() const;
  /// Whether some numbers within the row's bins keep it; cells that are unset or missing are left out.
  bool possible(std::span<const std::uint32_t> row) const;
  /// … of one of the inequalities alone.
  bool possible(const Less& inequality, std::span<const std::uint32_t> row) const;
  /// Appends numbers for a possible row.
  void place(std::span<const std::uint32_t> row, PublicStream& stream, std::vector<Constraints::Placed>& out) const;
  /// Whether numbers, by attribute, keep it; what is not a number is left out.
  bool kept(std::span<const double> numbers) const;

 private:
  struct Range {
    std::int64_t low = 0, high = 0;
  };
  struct Column {
    std::uint32_t attribute = 0;
    std::int64_t step = 1;      ///< its numbers are multiples of it
    std::vector<Range> ranges;  ///< by code; a missing one has none
  };
  struct Edge {
    std::size_t low = 0, high = 0;  ///< places in columns_
    std::int64_t gap = 1;           ///< least difference
  };
  void add_columns(const std::vector<Attribute>& attributes, const std::vector<std::uint32_t>& members);
  std::size_t column_of(std::uint32_t attribute) const;
  std::optional<Range> range(const Column& column, std::span<const std::uint32_t> row) const;
  bool possible(const Edge& edge, std::span<const std::uint32_t> row) const;
  bool all_there(std::span<const std::uint32_t> row) const;
  bool upper_bounds(std::span<const std::uint32_t> row, std::vector<std::optional<Range>>& ranges) const;
  void place_sum(std::span<const std::uint32_t> row, PublicStream& stream, std::vector<std::int64_t>& values) const;

  std::size_t first_;
  bool sum_;
  double units_per_one_ = 1;     ///< 10^decimals
  std::vector<Column> columns_;  ///< low ones before high ones; of a sum its total last
  std::vector<Edge> edges_;      ///< by descending place of the low one
};

}  // namespace fedloom::schema
