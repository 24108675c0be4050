#include "fedloom/data/source.hpp"

#include <algorithm>
#include <string_view>

#include "csv_rows.hpp"
#include "fedloom/base/check.hpp"

namespace fedloom::data {
namespace {

using How = schema::Encoded::How;

std::filesystem::path csv_path(const std::string& source, const std::filesystem::path& base) {
  constexpr std::string_view scheme = "csv:";
  if (!source.starts_with(scheme) || source.size() == scheme.size()) {
    throw DataError({}, "the source '" + source + "' is not one that can be read", "write it as csv:PATH");
  }
  return base / source.substr(scheme.size());
}

/// Column in the file of each attribute.
std::vector<std::size_t> columns_of(const CsvFile& csv, const schema::Schema& schema) {
  std::vector<std::size_t> columns;
  for (const schema::Attribute& attribute : schema.attributes()) columns.push_back(csv.column(attribute.name));
  return columns;
}

LoadReport empty_report(const schema::Schema& schema) {
  LoadReport report;
  for (const schema::Attribute& attribute : schema.attributes()) report.columns.push_back({attribute.name});
  return report;
}

void count(LoadReport::PerColumn& column, const schema::Attribute& attribute, const schema::Encoded& encoded) {
  column.other += encoded.how == How::other;
  column.clipped += encoded.how == How::clipped;
  column.missing += encoded.how == How::fits && attribute.missing && encoded.code + 1 == attribute.size();
}

[[noreturn]] void refuse_value(const CsvFile& csv, std::size_t column, const schema::Attribute& attribute) {
  throw DataError(
      csv.position(),
      "the value in column " + std::to_string(column + 1) + " ('" + attribute.name + "') is not in the schema's domain",
      "correct the table, or let the schema say what to do with such values (outside:, missing:)");
}

/// What is wrong with the header, for a check of everything at once. Column names of the file are shown only if the
/// first line is a header beyond doubt: otherwise they may be cells.
std::vector<std::string> header_problems(const CsvFile& csv, const schema::Schema& schema, const Unit& unit) {
  const std::vector<std::string>& header = csv.header();
  const auto occurrences = [&](const std::string& name) { return std::count(header.begin(), header.end(), name); };
  std::vector<std::string> problems;
  const auto& attributes = schema.attributes();
  const auto known = [&](const auto& attribute) { return occurrences(attribute.name) > 0; };
  if (std::none_of(attributes.begin(), attributes.end(), known)) {
    return {"the first line names none of the schema's columns; is it a header?"};
  }
  std::vector<std::string> needed;
  for (const auto& attribute : attributes) needed.push_back(attribute.name);
  if (unit.column && std::find(needed.begin(), needed.end(), *unit.column) == needed.end())
    needed.push_back(*unit.column);
  for (const std::string& name : needed) {
    if (occurrences(name) == 0) problems.push_back("the table has no column '" + name + "'");
    if (occurrences(name) > 1) problems.push_back("the table has the column '" + name + "' more than once");
  }
  return problems;
}

/// Names of the file's columns that do not enter.
std::string ignored_columns(const CsvFile& csv, const schema::Schema& schema) {
  std::string text;
  for (const std::string& name : csv.header()) {
    const auto same = [&](const auto& attribute) { return attribute.name == name; };
    const auto& attributes = schema.attributes();
    if (std::any_of(attributes.begin(), attributes.end(), same)) continue;
    if (std::find(schema.ids().begin(), schema.ids().end(), name) != schema.ids().end()) continue;
    text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

void check_rows(CsvFile& csv, const schema::Schema& schema, const Unit& unit, CheckReport& report) {
  const std::vector<std::size_t> columns = columns_of(csv, schema);
  EntityBound bound(csv, unit);
  while (csv.next()) {
    ++report.rows_read;
    if (!bound.keeps(csv)) {
      ++report.rows_clipped;
      continue;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const schema::Encoded encoded = schema.encode(i, csv.cells()[columns[i]]);
      count(report.columns[i], schema.attributes()[i], encoded);
      report.refused[i] += encoded.how == How::refused;
    }
  }
}

}  // namespace

Loaded load(const std::string& source, const std::filesystem::path& base, const schema::Schema& schema,
            const Unit& unit, const Part& part) {
  FEDLOOM_CHECK(part.index < part.of);
  CsvFile csv(csv_path(source, base));
  const std::vector<std::size_t> columns = columns_of(csv, schema);
  EntityBound bound(csv, unit);
  Loaded loaded{Table(schema.domain()), empty_report(schema)};
  std::vector<std::uint32_t> codes(columns.size());
  while (csv.next()) {
    ++loaded.report.rows_read;
    if (!bound.keeps(csv)) {
      ++loaded.report.rows_clipped;
      continue;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const schema::Encoded encoded = schema.encode(i, csv.cells()[columns[i]]);
      if (encoded.how == How::refused) refuse_value(csv, columns[i], schema.attributes()[i]);
      count(loaded.report.columns[i], schema.attributes()[i], encoded);
      codes[i] = encoded.code;
    }
    if (bound.entity() % part.of == part.index) loaded.table.append(codes);
  }
  return loaded;
}

CheckReport check(const std::filesystem::path& file, const schema::Schema& schema, const Unit& unit) {
  CheckReport report;
  static_cast<LoadReport&>(report) = empty_report(schema);
  report.refused.resize(schema.attributes().size());
  try {
    CsvFile csv(file);
    report.problems = header_problems(csv, schema, unit);
    if (!report.problems.empty()) return report;
    report.ignored = ignored_columns(csv, schema);
    check_rows(csv, schema, unit, report);
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
