#pragma once
// Codes of drawn rows as texts: labels, numbers placed inside their bins so that no constraint is broken, what is
// computed from other columns, and fresh identifiers. Public.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::model {

class RowText {
 public:
  /// Keeps a reference to the schema.
  RowText(const schema::Schema& schema, std::uint64_t seed);
  /// Identifiers, then attributes.
  const std::vector<std::string>& columns() const noexcept { return columns_; }
  std::size_t ids() const noexcept { return columns_.size() - schema_.attributes().size(); }
  /// The texts of one row, in the order of columns(); valid until the next call. An identifier is the number of the
  /// row, from 1, as its pattern writes it: it has nothing to do with any entity.
  const std::vector<std::string>& next(std::span<const std::uint32_t> codes);
  /// Whether the row that next() gave has no value there.
  bool is_missing(std::size_t column) const;

 private:
  const schema::Schema& schema_;
  std::vector<std::string> columns_, texts_;
  std::vector<std::uint32_t> codes_;  ///< of the row as it is written
  PublicStream place_, tied_, computed_;
  std::uint64_t row_ = 0;
  std::vector<schema::Constraints::Placed> placed_;
};

}  // namespace fedloom::model
