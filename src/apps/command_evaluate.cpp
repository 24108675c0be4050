// fedloom evaluate: how far synthetic rows are from real ones. Local: its figures are about real rows.

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/evaluate/request.hpp"
#include "fedloom/schema/source_name.hpp"
#include "named_source.hpp"

namespace fedloom::apps {
namespace {

struct EvaluateArguments {
  std::vector<std::string> real, synthetic, subgroups, protected_columns, learners;
  std::string schema, test, target;
  std::size_t degree = 3;
  bool no_detection = false, json = false;
};

std::vector<evaluate::Rows> load_all(const std::vector<std::string>& words, const schema::Schema& schema) {
  std::vector<evaluate::Rows> tables;
  for (const NamedSource& one : named_sources(words)) {
    tables.push_back(evaluate::load_rows(one.name, schema::with_scheme(one.source), schema));
  }
  return tables;
}

evaluate::Request request_of(const EvaluateArguments& arguments) {
  return {.degree = arguments.degree,
          .subgroups = arguments.subgroups,
          .target = arguments.target,
          .protected_columns = arguments.protected_columns,
          .learners = arguments.learners,
          .own_test_rows = !arguments.test.empty(),
          .detection = !arguments.no_detection};
}

void evaluate_files(const EvaluateArguments& arguments) {
  const auto schema = config::load_schema(arguments.schema);
  auto options = evaluate::options_of(request_of(arguments), schema);
  if (!arguments.test.empty()) options.test = std::move(load_all({arguments.test}, schema).front());
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
