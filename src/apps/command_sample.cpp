// fedloom sample: more rows from a model, also under conditions; costs no privacy.

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/model/synthetic_csv.hpp"
#include "fedloom/sampling/drawing.hpp"
#include "output_file.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct SampleArguments {
  std::string source, output, balance, match, format = "csv", table = "synthetic", json;
  std::vector<std::string> where, rare;
  std::uint64_t rows = 0;
  std::optional<std::uint64_t> seed;
  bool force = false;
};

sampling::Request request_of(const SampleArguments& arguments, const sampling::Source& source) {
  sampling::Request request{.rows = arguments.rows,
                            .where = arguments.where,
                            .balance = arguments.balance,
                            .margins = {},
                            .rare = arguments.rare};
  if (!arguments.match.empty()) request.margins = sampling::load_margins(source.schema, arguments.match);
  return request;
}

void tell_of(const sampling::Told& told, const sampling::Source& source) {
  std::cout << "rows with " << told.condition << "\n"
            << sampling::in_words(told.knowledge, source.generator.components(), !source.released.measurements.empty());
}

nlohmann::ordered_json as_json(const sampling::Told& told, const sampling::Source& source) {
  const sampling::Knowledge& knowledge = told.knowledge;
  nlohmann::ordered_json fact{{"condition", told.condition},
                              {"mass", knowledge.mass},
                              {"effective_components", knowledge.effective_components},
                              {"components", source.generator.components()}};
  if (knowledge.rows) fact["rows_estimate"] = *knowledge.rows;
  if (knowledge.sigma) fact["sigma"] = *knowledge.sigma;
  if (const auto rows = knowledge.rows_without_noise()) fact["rows_without_noise"] = *rows;
  return fact;
}

fs::path output_of(const SampleArguments& arguments, const sampling::Source& source) {
  if (!arguments.output.empty()) return arguments.output;
  return source.folder / ("sample-" + std::to_string(arguments.rows) + "." + arguments.format);
}

model::TableFormat format_of(const std::string& name) {
  return name == "sql"       ? model::TableFormat::sql
         : name == "parquet" ? model::TableFormat::parquet
                             : model::TableFormat::csv;
}

void sample(const SampleArguments& arguments) {
  const sampling::Source source = sampling::open_source(arguments.source);
  const std::uint64_t seed = arguments.seed.value_or(source.seed);
  const fs::path output = output_of(arguments, source);
  require_new_file(output, arguments.force, "--output");
  if (!arguments.json.empty()) require_new_file(arguments.json, arguments.force, "--json");
  const sampling::Request request = request_of(arguments, source);
  std::uint64_t rows = request.rows;
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  std::optional<double> misfit;
  const model::TableFile file{output, format_of(arguments.format), arguments.table};
  if (request.plain()) {
    model::write_tables({&source.generator, rows, seed}, source.schema, {file});
  } else {
    const sampling::Drawing drawing(source, request);
    for (const sampling::Told& told : drawing.told()) {
      tell_of(told, source);
      facts.push_back(as_json(told, source));
    }
    rows = drawing.rows();
    misfit = drawing.misfit();
    model::write_table(drawing.strata(), source.schema, seed, file);
  }
  if (misfit) {
    std::cout << "margins matched: the largest difference that is left is " << figure(*misfit, 2) << " of the rows\n";
  }
  std::cout << grouped(rows) << " synthetic rows  " << output.string() << "\n";
  if (arguments.json.empty()) return;
  nlohmann::ordered_json json{{"rows", rows}, {"file", output.string()}, {"conditions", facts}};
  if (misfit) json["misfit"] = *misfit;
  write_atomically(fs::path(arguments.json), json.dump(1) + "\n");
}

}  // namespace

void add_sample(CLI::App& app) {
  auto* command = app.add_subcommand("sample", "Draw more synthetic rows from a run's model; costs nothing");
  auto arguments = std::make_shared<SampleArguments>();
  command->add_option("run", arguments->source, "The run's folder, or a model.safetensors alone")->required();
  command->add_option("-n,--rows", arguments->rows, "How many rows")
      ->required()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
  command
      ->add_option("--where", arguments->where,
                   "Only rows with COLUMN=VALUE, COLUMN in A,B or COLUMN>=NUMBER; may be repeated")
      ->expected(1)
      ->take_all();
  command->add_option("--balance", arguments->balance, "As many rows of each of this column's values");
  command->add_option("--match", arguments->match, "CSV of published shares to meet: column,value,share");
  command->add_option("--augment-rare", arguments->rare, "COLUMN=VALUE:N, so many rows with that value on top")
      ->expected(1)
      ->take_all();
  command->add_option("--seed", arguments->seed, "Public seed (default: the experiment's + 1; 1 of a model alone)")
      ->check(refuse_negative);
  command->add_option("-o,--output,--out", arguments->output, "File to write (default: sample-N.csv beside the model)");
  command->add_option("--format", arguments->format, "csv; sql: a table with types and its rows; or parquet")
      ->check(CLI::IsMember({"csv", "sql", "parquet"}));
  command->add_option("--table", arguments->table, "Name of the SQL table")->check([](const std::string& name) {
    return name.empty() || name.size() > 63 ? std::string("a table's name has 1 to 63 bytes") : std::string();
  });
  command->add_option("--json", arguments->json, "File for programs: what is known of the rows asked for");
  add_force_option(*command, arguments->force);
  command->footer(
      "Example: fedloom sample runs/adult-1 -n 1000000 -o million.csv\n"
      "         fedloom sample runs/adult-1 -n 5000 --where 'income=>50K' --where 'age>=60'");
  command->callback([arguments] { sample(*arguments); });
}

}  // namespace fedloom::apps
