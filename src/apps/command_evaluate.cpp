// fedloom evaluate: how far synthetic rows are from real ones. Local: its figures are about real rows.

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/evaluate/evaluate.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct EvaluateArguments {
  std::vector<std::string> real, synthetic, subgroups, protected_columns, learners;
  std::string schema, test, target;
  std::size_t degree = 3;
  bool no_detection = false, json = false;
};

/// "NAME=SOURCE", or a source, which is then named for its file.
evaluate::Rows load(const std::string& word, const schema::Schema& schema) {
  const auto equals = word.find('='), colon = word.find(':');
  std::error_code ignored;
  const bool named = equals != std::string::npos && equals > 0 && equals < colon && !fs::exists(word, ignored);
  const std::string source = named ? word.substr(equals + 1) : word;
  const std::string own_name = word.starts_with("postgres") ? "query" : fs::path(word).stem().string();
  const std::string name = named ? word.substr(0, equals) : own_name;
  return evaluate::load_rows(name, source_argument(source), schema);
}

std::vector<evaluate::Rows> load_all(const std::vector<std::string>& words, const schema::Schema& schema) {
  std::vector<evaluate::Rows> tables;
  for (const auto& word : words) tables.push_back(load(word, schema));
  return tables;
}

std::optional<std::uint32_t> find_attribute(const std::string& name, const schema::Schema& schema) {
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i)
    if (schema.attributes()[i].name == name) return i;
  return {};
}

std::uint32_t attribute(const std::string& option, const std::string& name, const schema::Schema& schema) {
  const auto found = find_attribute(name, schema);
  if (!found)
    throw UsageError(option + " names the column '" + name + "', which the schema does not have",
                     "see fedloom schema check for those it has");
  return *found;
}

std::vector<std::uint32_t> attributes(const std::string& option, const std::vector<std::string>& names,
                                      const schema::Schema& schema) {
  std::vector<std::uint32_t> all;
  for (const auto& name : names) all.push_back(attribute(option, name, schema));
  return all;
}

/// "COLUMN=VALUE", or a column of two values, the second of which is then foretold.
evaluate::Target target(const std::string& word, const schema::Schema& schema) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || find_attribute(word, schema)) {
    const auto column = attribute("--target", word, schema);
    if (schema.attributes()[column].size() != 2)
      throw UsageError("the column '" + word + "' of --target does not have two values",
                       "say which one is to be foretold: --target COLUMN=VALUE");
    return {.attribute = column, .positive = 1};
  }
  const auto column = attribute("--target", word.substr(0, equals), schema);
  const auto encoded = schema.encode(column, word.substr(equals + 1));
  if (encoded.how != schema::Encoded::How::fits)
    throw UsageError("--target names a value that the column '" + word.substr(0, equals) + "' does not have",
                     "name one of the schema's values");
  return {.attribute = column, .positive = encoded.code};
}

evaluate::Options options_of(const EvaluateArguments& arguments, const schema::Schema& schema) {
  evaluate::Options options;
  options.max_degree = arguments.degree;
  options.propensity = options.detection = !arguments.no_detection;
  options.subgroups = attributes("--subgroup", arguments.subgroups, schema);
  options.protected_attributes = attributes("--protected", arguments.protected_columns, schema);
  if (!arguments.target.empty()) options.target = target(arguments.target, schema);
  if (!options.target && !(arguments.test.empty() && arguments.protected_columns.empty() && arguments.learners.empty()))
    throw UsageError("--test, --protected and --learner are about a task, and there is none", "add --target COLUMN");
  if (!arguments.learners.empty()) {
    const auto named = [&](const char* learner) { return std::ranges::count(arguments.learners, learner) > 0; };
    options.trees = named("trees");
    options.logistic = named("logistic");
    const auto why = evaluate::why_no_trees();
    if (options.trees && why) throw EnvironmentError("--learner trees", *why, "or leave --learner trees out");
  }
  return options;
}

void evaluate_files(const EvaluateArguments& arguments) {
  const auto schema = config::load_schema(arguments.schema);
  auto options = options_of(arguments, schema);
  if (!arguments.test.empty()) options.test = load(arguments.test, schema);
  const auto found = evaluate::evaluate(load_all(arguments.real, schema),
                                        load_all(arguments.synthetic, schema.of_outputs()), schema, std::move(options));
  std::cout << (arguments.json ? evaluate::to_json(found, schema) : evaluate::to_text(found, schema));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto* command = app.add_subcommand("evaluate",
                                     "Compare synthetic with real rows, locally: errors of marginals, scores, "
                                     "detection, training on synthetic rows");
  auto arguments = std::make_shared<EvaluateArguments>();
  command->add_option("--real", arguments->real, "CSV of real rows, FILE or SITE=FILE; several are taken together")
      ->required();
  command
      ->add_option("--synthetic", arguments->synthetic,
                   "CSV of synthetic rows, FILE or NAME=FILE; several are samples, with their mean and 95 % interval")
      ->required();
  command->add_option("--schema", arguments->schema, "The schema all fit")->required();
  command->add_option("--degree", arguments->degree, "Largest degree of marginals")
      ->check(CLI::Range(1, 3))
      ->capture_default_str();
  command->add_option("--subgroup,--group", arguments->subgroups, "Errors among the rows of each value of this column");
  command->add_option("--target", arguments->target,
                      "COLUMN or COLUMN=VALUE: train on synthetic rows to foretell it, test on real ones");
  command->add_option("--test", arguments->test,
                      "CSV of real rows that no run has seen, for --target (default: a third of the real rows)");
  command->add_option("--protected", arguments->protected_columns, "Fairness gaps of the task between its groups");
  command->add_option("--learner", arguments->learners, "trees, logistic (default: those that can be had)")
      ->check(CLI::IsMember({"trees", "logistic"}));
  command->add_flag("--no-detection", arguments->no_detection, "Do not train models to tell the tables apart");
  command->add_flag("--json", arguments->json, "For programs");
  command->footer(
      "Example: fedloom evaluate --real a=a.csv --real b=b.csv --synthetic runs/adult-1/public/synthetic.csv \\\n"
      "           --schema configs/adult.schema.yaml --target income --test held-out.csv --protected sex");
  command->callback([arguments] { evaluate_files(*arguments); });
}

}  // namespace fedloom::apps
