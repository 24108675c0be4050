#pragma once
// From a source's cells to the codes of a schema's attributes, by way of what each attribute is made of.

#include <optional>
#include <string>
#include <vector>

#include "fedloom/data/row_source.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::data {

class RowEncoder {
 public:
  /// Throws DataError: a column that is not there, or there twice.
  RowEncoder(const RowSource& rows, const schema::Schema& schema);
  /// Columns of the source that are read, ascending.
  std::vector<std::size_t> columns() const;
  /// The attribute's code of the last row. Missing where one of its cells is; refused where one cannot be read.
  schema::Encoded encode(const RowSource& rows, std::size_t attribute) const;
  /// Columns of the source that an attribute is made of.
  const std::vector<std::size_t>& columns_of(std::size_t attribute) const { return columns_[attribute]; }

 private:
  bool is_missing(const RowSource& rows, std::size_t attribute, std::size_t column) const;
  std::optional<double> computed(const RowSource& rows, std::size_t attribute) const;
  const schema::Schema& schema_;
  std::vector<std::vector<std::size_t>> columns_;
};

}  // namespace fedloom::data
