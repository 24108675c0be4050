#include "fedloom/model/synthetic_csv.hpp"

#include "model/row_writer.hpp"

namespace fedloom::model {

void write_table(const std::vector<Stratum>& strata, const schema::Schema& schema, std::uint64_t seed,
                 const TableFile& out) {
  RowWriter writer(schema, seed, out);
  sample(strata, seed, [&](std::span<const std::uint32_t> codes, std::size_t rows) { writer.add(codes, rows); });
  writer.finish();
}

bool can_write(TableFormat format) { return format != TableFormat::parquet || ParquetFile::available(); }

void write_tables(const PlainRows& rows, const schema::Schema& schema, const std::vector<TableFile>& out) {
  std::vector<std::unique_ptr<RowWriter>> writers;
  for (const TableFile& file : out) writers.push_back(std::make_unique<RowWriter>(schema, rows.seed, file));
  sample(rows, schema, [&](std::span<const std::uint32_t> codes, std::size_t n) {
    for (const auto& writer : writers) writer->add(codes, n);
  });
  for (const auto& writer : writers) writer->finish();
}

void write_synthetic_csv(const Generator& generator, const schema::Schema& schema, std::uint64_t rows,
                         std::uint64_t seed, const std::filesystem::path& file) {
  write_tables({&generator, rows, seed}, schema, {{.file = file}});
}

}  // namespace fedloom::model
