#include <algorithm>

#include "entity_bound.hpp"
#include "report_rows.hpp"
#include "row_encoder.hpp"

namespace fedloom::data {
namespace {

using How = schema::Encoded::How;

/// What is wrong with the header, for a check of everything at once. Column names of the file are shown only if the
/// first line is a header beyond doubt: otherwise they may be cells.
std::vector<std::string> header_problems(const RowSource& rows, const schema::Schema& schema, const Unit& unit) {
  const std::vector<std::string>& header = rows.header();
  const auto occurrences = [&](const std::string& name) { return std::count(header.begin(), header.end(), name); };
  std::vector<std::string> problems;
  const auto& attributes = schema.attributes();
  std::vector<std::string> needed;
  const auto need = [&](const std::string& name) {
    if (std::find(needed.begin(), needed.end(), name) == needed.end()) needed.push_back(name);
  };
  for (const auto& attribute : attributes) {
    for (const std::string& name : attribute.sources()) need(name);
  }
  if (std::none_of(needed.begin(), needed.end(), occurrences)) {
    return {"the first line names none of the schema's columns; is it a header?"};
  }
  if (unit.column) need(*unit.column);
  for (const std::string& name : needed) {
    if (occurrences(name) == 0) problems.push_back("the table has no column '" + name + "'");
    if (occurrences(name) > 1) problems.push_back("the table has the column '" + name + "' more than once");
  }
  return problems;
}

/// Names of the source's columns that do not enter.
std::string ignored_columns(const RowSource& rows, const schema::Schema& schema) {
  std::vector<std::string> used;
  for (const auto& attribute : schema.attributes()) {
    for (std::string& name : attribute.sources()) used.push_back(std::move(name));
  }
  std::string text;
  for (const std::string& name : rows.header()) {
    if (std::find(used.begin(), used.end(), name) != used.end()) continue;
    if (std::find(schema.ids().begin(), schema.ids().end(), name) != schema.ids().end()) continue;
    text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

/// The first few of a kind.
void note(CheckReport::Lines& lines, int place) {
  if (lines.size() < CheckReport::few) lines.push_back(place);
}

void note(CheckReport::Places& places, How how, int place) {
  if (how == How::refused) note(places.refused, place);
  if (how == How::clipped) note(places.clipped, place);
  if (how == How::other) note(places.other, place);
}

void check_rows(const RowEncoder& encoder, RowSource& rows, const schema::Schema& schema, EntityBound& bound,
                CheckReport& report) {
  std::vector<std::uint32_t> codes(schema.attributes().size());
  while (rows.next()) {
    ++report.rows_read;
    const int line = rows.position().line;  // of a data base there is none: then the row's number
    const int place = line > 0 ? line : static_cast<int>(report.rows_read);
    if (!bound.keeps(rows)) {
      ++report.rows_clipped;
      continue;
    }
    for (std::size_t i = 0; i < schema.attributes().size(); ++i) {
      const schema::Encoded encoded = encoder.encode(rows, i);
      count(report.columns[i], schema.attributes()[i], encoded);
      report.refused[i] += encoded.how == How::refused;
      note(report.places[i], encoded.how, place);
      codes[i] = encoded.how == How::refused ? schema::Constraints::unset : encoded.code;
    }
    for (const std::size_t k : schema.constraints().violations(codes)) {
      ++report.broken[k];
      note(report.broken_at[k], place);
    }
  }
}

void check_source(std::unique_ptr<RowSource> rows, const schema::Schema& schema, const Unit& unit,
                  CheckReport& report) {
  report.problems = header_problems(*rows, schema, unit);
  if (!report.problems.empty()) return;
  report.ignored = ignored_columns(*rows, schema);
  const RowEncoder encoder(*rows, schema);
  EntityBound bound(*rows, unit);
  RowRequest request{.columns = encoder.columns(), .order = {}, .total = false};
  if (unit.column) request.columns.push_back(column_of(*rows, *unit.column));
  if (unit.order) request.order.push_back(column_of(*rows, *unit.order));
  rows = start_rows(std::move(rows), request);
  check_rows(encoder, *rows, schema, bound, report);
}

}  // namespace

LoadReport empty_report(const schema::Schema& schema) {
  LoadReport report;
  for (const schema::Attribute& attribute : schema.attributes()) {
    auto& column = report.columns.emplace_back();
    column.name = attribute.name;
  }
  return report;
}

void count(LoadReport::PerColumn& column, const schema::Attribute& attribute, const schema::Encoded& encoded) {
  column.other += encoded.how == How::other;
  column.parent += encoded.how == How::parent;
  column.clipped += encoded.how == How::clipped;
  column.missing += encoded.how == How::fits && attribute.missing && encoded.code + 1 == attribute.size();
}

CheckReport check(const std::string& source, const std::filesystem::path& base, const schema::Schema& schema,
                  const Unit& unit) {
  CheckReport report;
  static_cast<LoadReport&>(report) = empty_report(schema);
  report.refused.resize(schema.attributes().size());
  report.places.resize(schema.attributes().size());
  report.broken.resize(schema.constraints().list().size());
  report.broken_at.resize(report.broken.size());
  try {
    check_source(open_source(source, base), schema, unit, report);
  } catch (const DataError& error) {
    report.problems.push_back(error.what());
  }
  for (std::size_t i = 0; i < report.refused.size(); ++i) {
    if (report.refused[i] == 0) continue;
    report.problems.push_back(std::to_string(report.refused[i]) + " values of '" + schema.attributes()[i].name +
                              "' are not in the schema's domain");
  }
  return report;
}

}  // namespace fedloom::data
