#include "fedloom/data/source.hpp"

#include <algorithm>

#include "entity_bound.hpp"
#include "fedloom/base/check.hpp"
#include "report_rows.hpp"
#include "row_encoder.hpp"

namespace fedloom::data {
namespace {

using How = schema::Encoded::How;

/// What load() wants of a source. Throws DataError where nothing states which rows of an entity come first.
RowRequest request_of(const RowSource& rows, const RowEncoder& encoder, const Unit& unit, const Part& part) {
  RowRequest request{.columns = encoder.columns(), .order = {}, .total = false};
  if (unit.column) request.columns.push_back(column_of(rows, *unit.column));
  std::sort(request.columns.begin(), request.columns.end());
  request.columns.erase(std::unique(request.columns.begin(), request.columns.end()), request.columns.end());
  if (unit.order) request.order.push_back(column_of(rows, *unit.order));
  // Ties of a query's own ORDER BY are broken by where rows happen to lie, which other entities' rows decide.
  if (unit.column && !unit.order && rows.sorts()) {
    throw DataError(rows.position(),
                    "nothing says which rows of an entity come first, so that other entities' rows could decide it; "
                    "a query's own ORDER BY may leave ties",
                    "state unit.order in the policy: what it leaves open the other columns decide");
  }
  if (rows.has_order() && rows.sorts() && part.of > 1 && !unit.order) {
    throw DataError(rows.position(),
                    "several ranks of a site cannot rely on the query's own ORDER BY, which may leave ties",
                    "leave it out, and state unit.order in the policy where an entity has several rows");
  }
  request.total = part.of > 1 && rows.sorts();
  return request;
}

/// For the ranks of one site, which run one program on one kind of machine.
ByteView bytes_of(const std::vector<std::uint32_t>& codes) {
  return {reinterpret_cast<const std::uint8_t*>(codes.data()), codes.size() * sizeof(std::uint32_t)};
}

[[noreturn]] void refuse_value(const RowSource& rows, const std::vector<std::size_t>& columns,
                               const schema::Attribute& attribute) {
  std::string where = columns.size() == 1 ? "column " : "columns ";
  for (std::size_t k = 0; k < columns.size(); ++k)
    where.append(k > 0 ? ", " : "").append(std::to_string(columns[k] + 1));
  throw DataError(rows.position(),
                  "the value in " + where + " ('" + attribute.name + "') is not in the schema's domain",
                  "correct the table, or let the schema say what to do with such values (outside:, missing:)");
}

}  // namespace

Loaded load(const std::string& source, const std::filesystem::path& base, const schema::Schema& schema,
            const Unit& unit, const Part& part) {
  return load(open_source(source, base), schema, unit, part);
}

Loaded load(std::unique_ptr<RowSource> rows, const schema::Schema& schema, const Unit& unit, const Part& part) {
  FEDLOOM_CHECK(part.index < part.of);
  const RowEncoder encoder(*rows, schema);
  EntityBound bound(*rows, unit);
  const RowRequest request = request_of(*rows, encoder, unit, part);
  rows = start_rows(std::move(rows), request);
  Loaded loaded{Table(schema.domain()), empty_report(schema), {}};
  FieldHasher all_rows;
  std::vector<std::uint32_t> codes(schema.attributes().size());
  while (rows->next()) {
    ++loaded.report.rows_read;
    if (!bound.keeps(*rows)) {
      ++loaded.report.rows_clipped;
      continue;
    }
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const schema::Encoded encoded = encoder.encode(*rows, i);
      if (encoded.how == How::refused) refuse_value(*rows, encoder.columns_of(i), schema.attributes()[i]);
      count(loaded.report.columns[i], schema.attributes()[i], encoded);
      codes[i] = encoded.code;
    }
    if (part.of > 1) all_rows.field(bound.entity()).field(bytes_of(codes));
    if (bound.entity() % part.of == part.index) loaded.table.append(codes);
  }
  if (part.of > 1) loaded.all_rows = all_rows.field(loaded.report.rows_read).finish();
  return loaded;
}

}  // namespace fedloom::data
