#include "parquet_rows.hpp"

#include <arrow/api.h>
#include <arrow/compute/cast.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>

#include <algorithm>
#include <limits>

namespace fedloom::data {
namespace {

/// Types whose values are written as one plain text.
bool is_plain(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY) {
    return is_plain(*static_cast<const arrow::DictionaryType&>(type).value_type());
  }
  return arrow::is_integer(type.id()) || arrow::is_floating(type.id()) || arrow::is_decimal(type.id()) ||
         type.id() == arrow::Type::BOOL || type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING ||
         type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::DATE64 || type.id() == arrow::Type::TIMESTAMP;
}

class ParquetRows : public RowSource {
 public:
  explicit ParquetRows(std::filesystem::path file) : file_(std::move(file)) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file_, ignored)) {
      throw DataError({file_.string()}, "there is no such table", "check the path of the source");
    }
    auto opened = arrow::io::ReadableFile::Open(file_.string());
    if (!opened.ok()) throw DataError({file_.string()}, "the table cannot be read", "check who may read it");
    guarded([&] {
      take(parquet::arrow::OpenFile(*opened, arrow::default_memory_pool(), &reader_));
      take(reader_->GetSchema(&schema_));
    });
    for (const auto& field : schema_->fields()) header_.push_back(field->name());
    cells_.resize(header_.size());
    null_.assign(header_.size(), false);
  }

  const std::vector<std::string>& header() const override { return header_; }

  void start(const RowRequest& request) override {
    for (const std::size_t column : request.columns) {
      if (is_plain(*schema_->field(static_cast<int>(column))->type())) continue;
      throw DataError({file_.string()},
                      "the column '" + header_[column] + "' is of a type that holds no single plain value",
                      "leave it out of the schema, or write it as text, number, boolean or date");
    }
    columns_ = request.columns;
  }

  bool next() override {
    while (at_ == rows_) {
      if (group_ == reader_->num_row_groups()) return false;
      read_group(group_++);
    }
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const bool null = texts_[k]->IsNull(at_);
      null_[columns_[k]] = null;
      cells_[columns_[k]] = null ? std::string() : texts_[k]->GetString(at_);
    }
    ++at_;
    ++row_;
    return true;
  }

  const std::vector<std::string>& cells() const override { return cells_; }
  bool is_null(std::size_t column) const override { return null_.at(column); }
  FilePosition position() const override {
    return {file_.string(), static_cast<int>(std::min<std::int64_t>(row_, std::numeric_limits<int>::max()))};
  }
  bool has_order() const override { return true; }
  bool sorts() const override { return false; }

 private:
  /// Arrow's own words may hold a cell.
  [[noreturn]] void refuse() const {
    throw DataError({file_.string()}, "this is no Parquet file, or a damaged one", "write it again");
  }
  void take(const arrow::Status& status) const {
    if (!status.ok()) refuse();
  }
  template <class Action>
  void guarded(Action action) const {
    try {
      action();
    } catch (const DataError&) {
      throw;
    } catch (const std::exception&) {
      refuse();
    }
  }

  void read_group(int group) {
    guarded([&] {
      std::shared_ptr<arrow::Table> table;
      // Of flat columns, which start() has seen to, leaves are numbered as the columns are.
      const auto leaves = leaf_numbers();
      take(reader_->ReadRowGroup(group, leaves, &table));
      texts_.clear();
      rows_ = table->num_rows();
      at_ = 0;
      for (const std::size_t column : columns_) texts_.push_back(as_text(table->GetColumnByName(header_[column])));
    });
  }

  std::vector<int> leaf_numbers() const {
    std::vector<int> leaves;
    const auto* parquet = reader_->parquet_reader()->metadata()->schema();
    for (const std::size_t column : columns_) {
      for (int leaf = 0; leaf < parquet->num_columns(); ++leaf) {
        if (parquet->GetColumnRoot(leaf)->name() == header_[column]) leaves.push_back(leaf);
      }
    }
    return leaves;
  }

  std::shared_ptr<arrow::StringArray> as_text(std::shared_ptr<arrow::ChunkedArray> column) const {
    if (!column) refuse();
    arrow::Datum datum(column);
    if (column->type()->id() == arrow::Type::DICTIONARY) {
      datum = cast(datum, static_cast<const arrow::DictionaryType&>(*column->type()).value_type());
    }
    datum = cast(datum, arrow::utf8());
    const auto& chunks = datum.chunked_array()->chunks();
    auto whole = chunks.empty() ? arrow::MakeEmptyArray(arrow::utf8()) : arrow::Concatenate(chunks);
    if (!whole.ok()) refuse();
    return std::static_pointer_cast<arrow::StringArray>(*whole);
  }

  arrow::Datum cast(const arrow::Datum& datum, const std::shared_ptr<arrow::DataType>& type) const {
    auto made = arrow::compute::Cast(datum, type);
    if (!made.ok()) refuse();
    return *made;
  }

  std::filesystem::path file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::string> header_, cells_;
  std::vector<bool> null_;
  std::vector<std::size_t> columns_;
  std::vector<std::shared_ptr<arrow::StringArray>> texts_;  ///< of columns_
  int group_ = 0;
  std::int64_t at_ = 0, rows_ = 0;  ///< in the group
  std::int64_t row_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> open_parquet(const std::filesystem::path& file) {
  return std::make_unique<ParquetRows>(file);
}

}  // namespace fedloom::data
