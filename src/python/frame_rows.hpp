#pragma once
// A table of Python's as a source of rows. Its values are real rows' perhaps: they stay in this process.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/data/row_source.hpp"

namespace fedloom::python {

/// Columns of one length.
struct Frame {
  /// A number of `texts` in each row; −1: no value.
  struct Words {
    std::vector<std::string> texts;
    std::vector<std::int32_t> codes;
  };
  struct Column {
    std::string name;
    std::variant<Words, std::vector<std::int64_t>, std::vector<double>> values;  ///< NaN: no value
    std::vector<std::uint8_t> missing;  ///< of whole numbers, where there are such
  };
  std::string name;  ///< in errors
  std::vector<Column> columns;
  std::size_t rows = 0;
};

/// The frame's rows as the texts that a CSV file would hold.
class FrameRows : public data::RowSource {
 public:
  explicit FrameRows(std::shared_ptr<const Frame> frame);
  const std::vector<std::string>& header() const override { return header_; }
  void start(const data::RowRequest& request) override;
  bool next() override;
  const std::vector<std::string>& cells() const override { return cells_; }
  bool is_null(std::size_t column) const override { return null_[column]; }
  FilePosition position() const override;
  bool has_order() const override { return true; }
  bool sorts() const override { return false; }

 private:
  void take(std::size_t column);

  std::shared_ptr<const Frame> frame_;
  std::vector<std::string> header_, cells_;
  std::vector<bool> null_;
  std::size_t row_ = 0;  ///< of the next
};

}  // namespace fedloom::python
