// fedloom schema check: is this schema sound, and would this table fit it? draft: a schema to begin with. metadata: a
// schema as SDV reads it. format: the JSON Schemas.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/config/draft.hpp"
#include "fedloom/config/sdv_metadata.hpp"
#include "fedloom/data/kinds.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/schema/source_name.hpp"
#include "output_file.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {

namespace fs = std::filesystem;

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

bool fits(const data::CheckReport& report) {
  const auto none = [](std::uint64_t count) { return count == 0; };
  return report.problems.empty() && std::all_of(report.refused.begin(), report.refused.end(), none);
}

/// "lines 3, 17 and others". Where a row stands tells nothing of what is in it, and stays here as the counts do.
std::string places_text(const data::CheckReport::Lines& lines, std::uint64_t all, bool of_a_file) {
  std::string text = of_a_file ? "line" : "row";
  if (lines.size() > 1) text += "s";
  for (std::size_t k = 0; k < lines.size(); ++k) text += (k == 0 ? " " : ", ") + std::to_string(lines[k]);
  return all > lines.size() ? text + " and others" : text;
}

void describe_places(const data::CheckReport& report, const schema::Schema& schema, bool of_a_file) {
  const auto tell = [&](const char* what, const std::string& column, const data::CheckReport::Lines& lines,
                        std::uint64_t all) {
    if (!lines.empty())
      std::cout << "  " << what << " " << column << ": " << places_text(lines, all, of_a_file) << "\n";
  };
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    const auto& column = report.columns[i];
    tell("refused in", column.name, report.places[i].refused, report.refused[i]);
    tell("clipped in", column.name, report.places[i].clipped, column.clipped);
    tell("other in", column.name, report.places[i].other, column.other);
  }
  for (std::size_t k = 0; k < report.broken.size(); ++k) {
    tell("broken constraint", schema.constraints().list()[k].text, report.broken_at[k], report.broken[k]);
  }
}

void describe(const data::CheckReport& report, const schema::Schema& schema, bool of_a_file) {
  std::cout << "\n"
            << grouped(report.rows_read) << " rows read; these figures are about rows and stay here\n"
            << "  " << std::left << std::setw(22) << "column" << std::right << std::setw(10) << "missing"
            << std::setw(10) << "parent" << std::setw(10) << "other" << std::setw(10) << "clipped" << std::setw(10)
            << "refused"
            << "\n";
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    const auto& column = report.columns[i];
    std::cout << "  " << std::left << std::setw(22) << column.name << std::right << std::setw(10) << column.missing
              << std::setw(10) << column.parent << std::setw(10) << column.other << std::setw(10) << column.clipped
              << std::setw(10) << report.refused[i] << "\n";
  }
  for (std::size_t k = 0; k < report.broken.size(); ++k) {
    if (report.broken[k] == 0) continue;
    std::cout << "  " << grouped(report.broken[k]) << " rows break the constraint "
              << schema.constraints().list()[k].text << "\n";
  }
  for (const auto& problem : report.problems) std::cout << "  " << problem << "\n";
  describe_places(report, schema, of_a_file);
}

nlohmann::json as_json(const data::CheckReport& report, const schema::Schema& schema) {
  nlohmann::json columns = nlohmann::json::array(), constraints = nlohmann::json::array();
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    const auto& column = report.columns[i];
    columns.push_back({{"name", column.name},
                       {"missing", column.missing},
                       {"parent", column.parent},
                       {"other", column.other},
                       {"clipped", column.clipped},
                       {"refused", report.refused[i]},
                       {"refused_at", report.places[i].refused},
                       {"clipped_at", report.places[i].clipped},
                       {"other_at", report.places[i].other}});
  }
  for (std::size_t k = 0; k < report.broken.size(); ++k) {
    constraints.push_back(
        {{"constraint", schema.constraints().list()[k].text}, {"rows", report.broken[k]}, {"at", report.broken_at[k]}});
  }
  return {{"private", "these figures are about rows"},
          {"fits", fits(report)},
          {"rows", report.rows_read},
          {"columns", columns},
          {"constraints", constraints},
          {"problems", report.problems},
          {"ignored", report.ignored}};
}

/// Without a query, which may hold anything.
std::string shown_source(const std::string& text) { return text.starts_with("postgres") ? "the source" : text; }

struct CheckArguments {
  std::string schema, table;
  bool json = false;
};

void check(const CheckArguments& arguments) {
  const auto schema = config::load_schema(arguments.schema);
  if (!arguments.json) describe(schema, arguments.schema);
  if (arguments.table.empty()) {
    if (arguments.json) throw UsageError("--json needs a table to report on", "name one; see --help");
    return;
  }
  const auto report = data::check(schema::with_scheme(arguments.table), fs::current_path(), schema, {});
  if (arguments.json) {
    std::cout << as_json(report, schema).dump(2) << "\n";
  } else {
    describe(report, schema, schema::with_scheme(arguments.table).starts_with("csv:"));
  }
  if (!fits(report)) {
    throw DataError({.file = shown_source(arguments.table)}, "does not fit the schema",
                    "correct the table, or give the schema a rule (outside: other or clip, missing: true)");
  }
  if (!arguments.json) std::cout << "fits\n";
}

struct DraftArguments {
  std::string source, out, codebook;
  bool force = false;
};

void write_draft(const DraftArguments& arguments) {
  if (!arguments.out.empty()) require_new_file(arguments.out, arguments.force);
  std::optional<config::Codebook> codebook;
  if (!arguments.codebook.empty()) codebook = config::load_codebook(arguments.codebook);
  std::vector<config::DraftColumn> columns;
  for (const auto& column : data::kinds_of(schema::with_scheme(arguments.source), fs::current_path())) {
    columns.push_back({column.name, column.kind});
  }
  const std::string text = config::draft_schema(columns, codebook);
  if (arguments.out.empty()) {
    std::cout << text;
    return;
  }
  write_atomically(fs::path(arguments.out), std::string_view(text));
  std::cout << arguments.out << ": " << columns.size() << " columns; fill in what is blank from public knowledge\n";
  if (!codebook) return;
  for (const auto& name : config::columns_without_data(columns, *codebook)) {
    std::cout << "  the code book also knows '" << name << "', which the table does not have\n";
  }
}

void add_check(CLI::App& parent) {
  auto* command = parent.add_subcommand(
      "check", "Check a schema, and what of a table would be clipped, sent to `other` or refused");
  auto arguments = std::make_shared<CheckArguments>();
  command->add_option("schema", arguments->schema, "The schema file")->required();
  command->add_option("table", arguments->table, "A CSV or Parquet file, or postgres:TABLE or postgres:SELECT …");
  command->add_flag("--json", arguments->json, "Print the report about the table as JSON");
  command->footer("Example: fedloom schema check adult.schema.yaml adult-young.csv");
  command->callback([=] { check(*arguments); });
}

void add_draft(CLI::App& parent) {
  auto* command = parent.add_subcommand(
      "draft", "Begin a schema: names of a table's header and kinds of its values, and no bound or category from rows");
  auto arguments = std::make_shared<DraftArguments>();
  command->add_option("source", arguments->source, "A CSV or Parquet file, or postgres:TABLE or postgres:SELECT …")
      ->required();
  command->add_option("-o,--out", arguments->out, "File to write; default: the terminal");
  command->add_option("--from-codebook", arguments->codebook,
                      "A published code book, CSV or YAML, that fills the blanks");
  add_force_option(*command, arguments->force);
  command->footer(
      "Example: fedloom schema draft patients.csv --from-codebook registry-codebook.csv --out registry.schema.yaml");
  command->callback([=] { write_draft(*arguments); });
}

struct MetadataArguments {
  std::string schema, out;
  bool force = false;
  config::SdvForm form;
};

void write_metadata(const MetadataArguments& arguments) {
  if (!arguments.out.empty()) require_new_file(arguments.out, arguments.force);
  const std::string text = config::sdv_metadata(config::load_schema(arguments.schema), arguments.form);
  if (arguments.out.empty()) {
    std::cout << text;
    return;
  }
  write_atomically(fs::path(arguments.out), std::string_view(text));
  std::cout << "metadata for SDV and SDMetrics  " << arguments.out << "\n";
}

void add_metadata(CLI::App& parent) {
  auto* command = parent.add_subcommand("metadata", "Write a schema as metadata that SDV and SDMetrics read");
  auto arguments = std::make_shared<MetadataArguments>();
  command->add_option("schema", arguments->schema, "The schema file")->required();
  command->add_option("-o,--out,--output", arguments->out, "File to write; default: the terminal");
  command->add_option("--table", arguments->form.table, "Name of the table")->capture_default_str();
  command->add_flag("--single-table", arguments->form.single_table, "As older versions of SDMetrics read it");
  add_force_option(*command, arguments->force);
  command->footer("Example: fedloom schema metadata adult.schema.yaml --out metadata.json");
  command->callback([=] { write_metadata(*arguments); });
}

}  // namespace

void add_schema(CLI::App& app) {
  auto* command =
      app.add_subcommand("schema", "Work with schemas: the public description of a table, and of our files");
  command->require_subcommand(1);
  command->footer("Example: fedloom schema check adult.schema.yaml adult-young.csv");
  add_check(*command);
  add_draft(*command);
  add_metadata(*command);
  auto* format = command->add_subcommand("format", "Print the JSON Schema of one of the four kinds of file");
  auto kind = std::make_shared<std::string>();
  format->add_option("kind", *kind, "experiment, policy, roster or schema")
      ->required()
      ->check(CLI::IsMember({"experiment", "policy", "roster", "schema"}));
  format->footer("Example: fedloom schema format policy > policy.schema.json");
  format->callback([=] { std::cout << config::json_schema(*kind); });
}

}  // namespace fedloom::apps
