// fedloom schema check: is this schema sound, and would this table fit it? fedloom schema format: the JSON Schemas.

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>

#include "commands.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {

void describe(const schema::Schema& schema, const std::string& file) {
  std::cout << file << ": " << schema.domain().dimensions() << " attributes, " << schema.domain().width()
            << " values in all\n";
  for (std::size_t i = 0; i < schema.domain().dimensions(); ++i) {
    const auto size = schema.domain().size(i);
    std::cout << "  " << std::left << std::setw(22) << schema.domain().name(i) << std::right << std::setw(6) << size
              << "  " << schema.label(i, 0) << " … " << schema.label(i, size - 1) << "\n";
  }
  for (const auto& id : schema.ids())
    std::cout << "  " << std::left << std::setw(22) << id << std::right << std::setw(6) << "id"
              << "  never enters\n";
}

/// True when every row fits.
bool describe(const data::CheckReport& report) {
  std::cout << "\n"
            << grouped(report.rows_read) << " rows read; these figures are about rows and stay here\n"
            << "  " << std::left << std::setw(22) << "column" << std::right << std::setw(10) << "missing"
            << std::setw(10) << "other" << std::setw(10) << "clipped" << std::setw(10) << "refused"
            << "\n";
  bool fits = report.problems.empty();
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    const auto& column = report.columns[i];
    fits = fits && report.refused[i] == 0;
    std::cout << "  " << std::left << std::setw(22) << column.name << std::right << std::setw(10) << column.missing
              << std::setw(10) << column.other << std::setw(10) << column.clipped << std::setw(10) << report.refused[i]
              << "\n";
  }
  for (const auto& problem : report.problems) std::cout << "  " << problem << "\n";
  return fits;
}

/// A source as a person names it on a command line: a path alone is a file's.
std::string source_argument(const std::string& text) {
  for (const char* scheme : {"csv:", "parquet:", "postgres:", "postgres("}) {
    if (text.starts_with(scheme)) return text;
  }
  return (text.ends_with(".parquet") ? "parquet:" : "csv:") + text;
}

/// Without a query, which may hold anything.
std::string shown_source(const std::string& text) { return text.starts_with("postgres") ? "the query" : text; }

void check(const std::string& schema_file, const std::string& table) {
  const auto schema = config::load_schema(schema_file);
  describe(schema, schema_file);
  if (table.empty()) return;
  if (!describe(data::check(source_argument(table), std::filesystem::current_path(), schema, {}))) {
    throw DataError({.file = shown_source(table)}, "does not fit the schema",
                    "correct the table, or give the schema a rule (outside: other or clip, missing: true)");
  }
  std::cout << "fits\n";
}

}  // namespace

void add_schema(CLI::App& app) {
  auto* command =
      app.add_subcommand("schema", "Work with schemas: the public description of a table, and of our files");
  command->require_subcommand(1);
  command->footer("Example: fedloom schema check adult.schema.yaml adult-young.csv");
  auto* check_command = command->add_subcommand(
      "check", "Check a schema, and what of a table would be clipped, sent to `other` or refused");
  auto schema = std::make_shared<std::string>();
  auto csv = std::make_shared<std::string>();
  check_command->add_option("schema", *schema, "The schema file")->required();
  check_command->add_option("table", *csv, "A CSV file with a header line");
  check_command->footer("Example: fedloom schema check adult.schema.yaml adult-young.csv");
  check_command->callback([=] { check(*schema, *csv); });
  auto* format = command->add_subcommand("format", "Print the JSON Schema of one of the four kinds of file");
  auto kind = std::make_shared<std::string>();
  format->add_option("kind", *kind, "experiment, policy, roster or schema")
      ->required()
      ->check(CLI::IsMember({"experiment", "policy", "roster", "schema"}));
  format->footer("Example: fedloom schema format policy > policy.schema.json");
  format->callback([=] { std::cout << config::json_schema(*kind); });
}

}  // namespace fedloom::apps
