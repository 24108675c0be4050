// fedloom evaluate: how far synthetic rows are from real ones. Local: its figures are about real rows.

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/evaluate/marginal_error.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct EvaluateArguments {
  std::vector<std::string> real;
  std::string synthetic, schema;
  bool json = false;
};

/// The sites' tables together, as one.
data::Table load_all(const std::vector<std::string>& files, const schema::Schema& schema) {
  data::Table table(schema.domain());
  for (const auto& file : files) {
    table.append(data::load("csv:" + fs::absolute(file).string(), "/", schema, {}).table);
  }
  return table;
}

void print(const std::vector<evaluate::MarginalError>& errors, const schema::Domain& domain) {
  std::cout << "distance between real and synthetic marginals: mean L1 over all marginals of a degree (0: same, 2: "
               "disjoint)\n\n"
            << std::left << std::setw(8) << "degree" << std::right << std::setw(11) << "marginals" << std::setw(12)
            << "mean L1" << std::setw(12) << "worst L1"
            << "  worst marginal\n";
  for (const auto& error : errors) {
    std::cout << std::left << std::setw(8) << error.degree << std::right << std::setw(11) << error.marginals
              << std::fixed << std::setprecision(6) << std::setw(12) << error.mean << std::setw(12) << error.worst
              << "  " << error.worst_marginal.name(domain) << "\n";
  }
  std::cout << "\nThese figures come from real rows and are NOT private: keep them where the rows are.\n";
}

void evaluate_files(const EvaluateArguments& arguments) {
  const auto schema = config::load_schema(arguments.schema);
  const auto real = load_all(arguments.real, schema);
  const auto synthetic = load_all({arguments.synthetic}, schema);
  const auto errors = evaluate::marginal_errors(real, synthetic, 3);
  if (!arguments.json) return print(errors, schema.domain());
  nlohmann::ordered_json json{
      {"private", "these figures come from real rows"}, {"rows_real", real.rows()}, {"rows_synth", synthetic.rows()}};
  for (const auto& error : errors) {
    const std::string k = std::to_string(error.degree);
    json["n_" + k] = error.marginals;
    json["aim_" + k] = error.mean;
    json["max_" + k] = error.worst;
    json["worst_" + k] = error.worst_marginal.name(schema.domain());
  }
  std::cout << json.dump() << "\n";
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto* command =
      app.add_subcommand("evaluate", "Compare synthetic with real rows, locally: 1-, 2- and 3-way marginal errors");
  auto arguments = std::make_shared<EvaluateArguments>();
  command->add_option("--real", arguments->real, "CSV of real rows; several are taken together")->required();
  command->add_option("--synthetic", arguments->synthetic, "CSV of synthetic rows")->required();
  command->add_option("--schema", arguments->schema, "The schema both fit")->required();
  command->add_flag("--json", arguments->json, "For programs");
  command->footer(
      "Example: fedloom evaluate --real a.csv --real b.csv --synthetic runs/adult-1/public/synthetic.csv \\\n"
      "           --schema configs/adult.schema.yaml");
  command->callback([arguments] { evaluate_files(*arguments); });
}

}  // namespace fedloom::apps
