#include "model/row_writer.hpp"

#include "fedloom/base/error.hpp"
#include "fedloom/schema/csv.hpp"
#include "model/sql_text.hpp"

namespace fedloom::model {
namespace {

constexpr std::size_t kWriteAt = std::size_t{1} << 20;  // bytes
constexpr std::uint64_t kRowsAnInsert = 500;

}  // namespace

RowWriter::RowWriter(const schema::Schema& schema, std::uint64_t seed, const TableFile& out)
    : schema_(schema), out_(out), row_(schema, seed), unfinished_(out.file.string() + ".part") {
  for (const schema::IdPattern& pattern : schema.id_patterns()) quoted_.push_back(sql_type(pattern).quoted);
  for (const schema::Attribute& attribute : schema.attributes()) quoted_.push_back(sql_type(attribute).quoted);
  begin();
}

void RowWriter::begin() {
  if (out_.format == TableFormat::parquet) {
    std::vector<ParquetFile::Column> columns;
    for (std::size_t k = 0; k < schema_.ids().size(); ++k) {
      columns.push_back({schema_.ids()[k], sql_type(schema_.id_patterns()[k]).name, false});
    }
    for (const schema::Attribute& attribute : schema_.attributes()) {
      columns.push_back({attribute.name, sql_type(attribute).name, attribute.missing});
    }
    parquet_ = std::make_unique<ParquetFile>(unfinished_, columns);
    return;
  }
  stream_.open(unfinished_, std::ios::binary | std::ios::trunc);
  if (out_.format == TableFormat::sql) {
    text_ = "BEGIN;\n" + create_table(out_.table, schema_);
    return;
  }
  add_csv(row_.columns());
}

void RowWriter::add_csv(const std::vector<std::string>& texts) {
  const std::vector<std::string_view> fields(texts.begin(), texts.end());
  schema::write_csv_record(text_, fields);
}

void RowWriter::add_parquet(const std::vector<std::string>& texts) {
  std::vector<bool> null(texts.size());
  for (std::size_t k = 0; k < texts.size(); ++k) null[k] = row_.is_missing(k);
  parquet_->add(texts, null);
}

void RowWriter::add_sql(const std::vector<std::string>& texts) {
  text_ += rows_ % kRowsAnInsert == 0
               ? (rows_ == 0 ? "" : ";\n") + ("INSERT INTO " + sql_name(out_.table) + " VALUES\n(")
               : std::string(",\n(");
  for (std::size_t k = 0; k < texts.size(); ++k) {
    if (k > 0) text_ += ", ";
    if (row_.is_missing(k)) {
      text_ += "NULL";
    } else {
      text_ += quoted_[k] ? sql_text(texts[k]) : texts[k];
    }
  }
  text_ += ")";
}

void RowWriter::add(std::span<const std::uint32_t> codes, std::size_t rows) {
  const std::size_t width = schema_.attributes().size();
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<std::string>& texts = row_.next(codes.subspan(row * width, width));
    switch (out_.format) {
      case TableFormat::csv:
        add_csv(texts);
        break;
      case TableFormat::sql:
        add_sql(texts);
        break;
      case TableFormat::parquet:
        add_parquet(texts);
        break;
    }
    ++rows_;
    if (text_.size() >= kWriteAt) flush();
  }
}

void RowWriter::flush() {
  stream_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

void RowWriter::finish() {
  if (parquet_) {
    parquet_->finish();
    parquet_.reset();
    std::filesystem::rename(unfinished_, out_.file);
    return;
  }
  if (out_.format == TableFormat::sql) text_ += rows_ == 0 ? "COMMIT;\n" : ";\nCOMMIT;\n";
  flush();
  stream_.close();
  if (!stream_) {
    throw EnvironmentError(out_.file.string(), "cannot be written", "check the disk, then run `fedloom sample`");
  }
  std::filesystem::rename(unfinished_, out_.file);
}

}  // namespace fedloom::model
