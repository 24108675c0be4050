#include "model/parquet_file.hpp"

#include <arrow/api.h>
#include <arrow/compute/cast.h>
#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>

#include "fedloom/base/error.hpp"

namespace fedloom::model {
namespace {

constexpr std::size_t rows_in_a_group = std::size_t{1} << 16;

std::shared_ptr<arrow::DataType> type_of(const std::string& sql) {
  if (sql == "BIGINT") return arrow::int64();
  if (sql == "DOUBLE PRECISION") return arrow::float64();
  if (sql == "DATE") return arrow::date32();
  if (sql == "TIMESTAMP") return arrow::timestamp(arrow::TimeUnit::SECOND);
  return arrow::utf8();
}

}  // namespace

struct ParquetFile::Impl {
  std::filesystem::path file;
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::unique_ptr<arrow::StringBuilder>> texts;
  std::shared_ptr<arrow::io::FileOutputStream> out;
  std::unique_ptr<parquet::arrow::FileWriter> writer;
  std::size_t rows = 0;  ///< of the group

  [[noreturn]] void fail() const {
    throw EnvironmentError(file.string(), "cannot be written", "check the disk, then run `fedloom sample`");
  }
  void take(const arrow::Status& status) const {
    if (!status.ok()) fail();
  }
  template <class Value>
  Value taken(arrow::Result<Value>&& result) const {
    if (!result.ok()) fail();
    return std::move(result).ValueUnsafe();
  }

  void write_group() {
    if (rows == 0) return;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (std::size_t k = 0; k < texts.size(); ++k) {
      const arrow::Datum text(taken(texts[k]->Finish()));
      arrays.push_back(taken(arrow::compute::Cast(text, schema->field(static_cast<int>(k))->type())).make_array());
    }
    const auto table = arrow::Table::Make(schema, arrays, static_cast<std::int64_t>(rows));
    take(writer->WriteTable(*table, static_cast<std::int64_t>(rows)));
    rows = 0;
  }
};

bool ParquetFile::available() noexcept { return true; }

ParquetFile::ParquetFile(const std::filesystem::path& file, const std::vector<Column>& columns)
    : impl_(std::make_unique<Impl>()) {
  impl_->file = file;
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (const Column& column : columns) {
    fields.push_back(arrow::field(column.name, type_of(column.type), column.nullable));
    impl_->texts.push_back(std::make_unique<arrow::StringBuilder>());
  }
  impl_->schema = arrow::schema(fields);
  impl_->out = impl_->taken(arrow::io::FileOutputStream::Open(file.string()));
  parquet::WriterProperties::Builder properties;
  if (arrow::util::Codec::IsAvailable(arrow::Compression::SNAPPY)) properties.compression(arrow::Compression::SNAPPY);
  impl_->writer = impl_->taken(
      parquet::arrow::FileWriter::Open(*impl_->schema, arrow::default_memory_pool(), impl_->out, properties.build()));
}

ParquetFile::~ParquetFile() = default;

void ParquetFile::add(const std::vector<std::string>& texts, const std::vector<bool>& null) {
  for (std::size_t k = 0; k < texts.size(); ++k) {
    impl_->take(null[k] ? impl_->texts[k]->AppendNull() : impl_->texts[k]->Append(texts[k]));
  }
  if (++impl_->rows == rows_in_a_group) impl_->write_group();
}

void ParquetFile::finish() {
  impl_->write_group();
  impl_->take(impl_->writer->Close());
  impl_->take(impl_->out->Close());
}

}  // namespace fedloom::model
