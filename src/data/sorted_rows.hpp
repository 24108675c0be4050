#pragma once
// Rows of a file in the order of some of its columns. Memory: all cells that were asked for.

#include <memory>
#include <string>
#include <vector>

#include "fedloom/data/row_source.hpp"

namespace fedloom::data {

/// Numbers ascend by size, before texts, which ascend byte by byte (as ISO dates do by time); cells without a value
/// come last. Rows that are equal so far keep the file's order.
class SortedRows : public RowSource {
 public:
  /// Reads all rows of a source that was not started.
  SortedRows(std::unique_ptr<RowSource> rows, const RowRequest& request);
  const std::vector<std::string>& header() const override { return rows_->header(); }
  void start(const RowRequest&) override {}
  bool next() override;
  const std::vector<std::string>& cells() const override { return cells_; }
  bool is_null(std::size_t column) const override { return null_.at(column); }
  FilePosition position() const override { return position_; }
  bool has_order() const override { return true; }
  bool sorts() const override { return true; }

 private:
  struct Row {
    std::vector<std::string> cells;  ///< of the columns asked for, in their order
    std::vector<bool> null;
    int line = 0;
  };
  void read(const std::vector<std::size_t>& order);
  std::unique_ptr<RowSource> rows_;
  std::vector<std::size_t> columns_;
  std::vector<Row> all_;
  std::size_t next_ = 0;
  std::vector<std::string> cells_;
  std::vector<bool> null_;
  FilePosition position_;
};

}  // namespace fedloom::data
