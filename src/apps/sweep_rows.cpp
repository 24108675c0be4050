// A sweep's rows: read once, dealt out anew for each run.

#include <algorithm>
#include <sstream>
#include <utility>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/csv.hpp"
#include "sweep.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

void append_table(SweepRows& all, const fs::path& table, const std::vector<std::string>& names) {
  std::istringstream text(read_text(table));
  schema::CsvReader reader(text);
  std::vector<std::string> fields;
  const auto next = [&] { return reader.next(fields) == schema::CsvReader::Result::record; };
  if (!next()) throw DataError({table.string(), 1}, "the table has no header line", "put the column names there");
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    const auto at = std::find(fields.begin(), fields.end(), name);
    if (at == fields.end()) {
      throw DataError({table.string(), 1}, "the table has no column '" + name + "'",
                      "add the column, or check its name in the header line");
    }
    columns.push_back(static_cast<std::size_t>(at - fields.begin()));
  }
  while (next()) {
    if (fields.size() <= *std::max_element(columns.begin(), columns.end())) {
      throw DataError({table.string(), static_cast<int>(reader.line())}, "the row has too few fields",
                      "give every row one per column");
    }
    std::vector<std::string_view> kept;
    for (const std::size_t column : columns) kept.emplace_back(fields[column]);
    schema::write_csv_record(all.rows.emplace_back(), kept);
  }
}

}  // namespace

SweepRows read_rows(const std::vector<fs::path>& tables, const schema::Schema& schema) {
  SweepRows all;
  std::vector<std::string> names;
  for (const auto& attribute : schema.attributes()) {
    for (std::string& name : attribute.sources()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
  }
  schema::write_csv_record(all.header, {names.begin(), names.end()});
  for (const auto& table : tables) append_table(all, table, names);
  return all;
}

std::vector<fs::path> deal(const SweepRows& rows, std::uint32_t sites, std::uint64_t seed, const fs::path& folder) {
  std::vector<std::size_t> order(rows.rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  PublicStream stream(seed, "fedloom sweep deal");
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.below(i)]);
  std::vector<std::string> texts(sites, rows.header);
  for (std::size_t i = 0; i < order.size(); ++i) texts[i % sites] += rows.rows[order[i]];
  std::vector<fs::path> files;
  for (std::uint32_t k = 0; k < sites; ++k) {
    files.push_back(folder / ("site-" + std::to_string(k + 1) + ".csv"));
    write_atomically(files.back(), texts[k]);
  }
  return files;
}

}  // namespace fedloom::apps
