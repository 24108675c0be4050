// fedloom report: the pages about a run.

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/evaluate/evaluate.hpp"
#include "fedloom/report/report.hpp"
#include "fedloom/schema/source_name.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct ReportArguments {
  std::string run, evaluation;
  std::vector<std::string> real;
  bool public_page = false, local_page = false;
};

report::EvaluationText evaluation_of(const ReportArguments& arguments, const config::Experiment& experiment) {
  if (!arguments.evaluation.empty()) return {read_text(arguments.evaluation), arguments.evaluation};
  const auto& schema = experiment.schema;
  std::vector<evaluate::Rows> real;
  for (const auto& file : arguments.real)
    real.push_back(evaluate::load_rows(fs::path(file).stem().string(), schema::with_scheme(file), schema));
  const auto file = fs::path(arguments.run) / "public" / "synthetic.csv";
  std::vector<evaluate::Rows> synthetic;
  synthetic.push_back(evaluate::load_rows("synthetic.csv", schema::with_scheme(file.string()), schema.of_outputs()));
  const auto found = evaluate::evaluate(real, synthetic, schema, {});
  return {evaluate::to_json(found, schema), "the evaluation of --real"};
}

void make_local_page(const ReportArguments& arguments, const config::Experiment& experiment) {
  if (arguments.real.empty() == arguments.evaluation.empty()) {
    throw UsageError("--local compares with real rows, and needs either --real or --evaluation",
                     "name the tables by --real FILE, or what `fedloom evaluate --json` wrote by --evaluation FILE");
  }
  const fs::path page = fs::path(arguments.run) / "local" / "report.html";
  const auto evaluation = evaluation_of(arguments, experiment);
  fs::create_directories(page.parent_path());
  report::write_local_report(fs::path(arguments.run) / "public", evaluation, page);
  std::cout << "report  " << page.string() << "\nNOT PRIVATE: it holds exact figures of real rows. Keep it here.\n";
}

void make_public_page(const ReportArguments& arguments) {
  if (!arguments.real.empty() || !arguments.evaluation.empty()) {
    throw UsageError("--real and --evaluation are about real rows, and the public report never is",
                     "add --local, or leave them out");
  }
  const fs::path folder = fs::path(arguments.run) / "public";
  report::write_report(folder);
  std::cout << "report  " << (folder / "report.html").string() << "\n";
}

void make_report(const ReportArguments& arguments) {
  const auto experiment = config::experiment_of(arguments.run);
  if (arguments.local_page) return make_local_page(arguments, experiment);
  make_public_page(arguments);
}

}  // namespace

void add_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "Write a run's public page again, or the local one beside real rows");
  auto arguments = std::make_shared<ReportArguments>();
  command->add_option("run", arguments->run, "The run's folder")->required();
  auto* for_all =
      command->add_flag("--public", arguments->public_page, "public/report.html, from released values (the default)");
  command
      ->add_flag("--local", arguments->local_page,
                 "local/report.html: adds the comparison with real rows; NOT private, must not leave")
      ->excludes(for_all);
  command->add_option("--real", arguments->real,
                      "Real rows, for --local: FILE.csv, or another source; several are taken together");
  command->add_option("--evaluation", arguments->evaluation, "What `fedloom evaluate --json` wrote, for --local");
  command->footer("Example: fedloom report runs/adult-1 --local --real north.csv --real west.csv");
  command->callback([arguments] { make_report(*arguments); });
}

}  // namespace fedloom::apps
