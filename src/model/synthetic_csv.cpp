#include "fedloom/model/synthetic_csv.hpp"

#include "model/row_writer.hpp"

namespace fedloom::model {

void write_table(const std::vector<Stratum>& strata, const schema::Schema& schema, std::uint64_t seed,
                 const TableFile& out) {
  RowWriter writer(schema, seed, out);
  sample(strata, seed, [&](std::span<const std::uint32_t> codes, std::size_t rows) { writer.add(codes, rows); });
  writer.finish();
}

void write_synthetic_csv(const Generator& generator, const schema::Schema& schema, std::uint64_t rows,
                         std::uint64_t seed, const std::filesystem::path& file) {
  if (!schema.constraints().empty()) {
    const Tilted kept(generator, schema.constraints());
    return write_table({{&kept, rows}}, schema, seed, {.file = file});
  }
  RowWriter writer(schema, seed, {.file = file});
  generator.sample(rows, seed, [&](std::span<const std::uint32_t> codes, std::size_t n) { writer.add(codes, n); });
  writer.finish();
}

}  // namespace fedloom::model
