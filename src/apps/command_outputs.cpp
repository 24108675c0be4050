// fedloom sample, refit, report: more from what a run has released; costs no privacy.

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/model/synthetic_csv.hpp"
#include "fedloom/report/report.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

config::Experiment experiment_of(const fs::path& run) {
  const fs::path file = run / "public" / "config.resolved.yaml";
  if (!fs::exists(file)) {
    throw UsageError(run.string() + " is no folder of a finished run",
                     "name a folder that `fedloom run` made (runs/<name>-…)");
  }
  return config::load_experiment(file);
}

struct SampleArguments {
  std::string run, output;
  std::uint64_t rows = 0;
  std::optional<std::uint64_t> seed;
};

void sample(const SampleArguments& arguments) {
  const auto experiment = experiment_of(arguments.run);
  const fs::path run = arguments.run;
  const auto generator = model::Generator::load(run / "public");
  const fs::path output = arguments.output.empty() ? run / ("sample-" + std::to_string(arguments.rows) + ".csv")
                                                   : fs::path(arguments.output);
  model::write_synthetic_csv(generator, experiment.schema, arguments.rows, arguments.seed.value_or(experiment.seed + 1),
                             output);
  std::cout << grouped(arguments.rows) << " synthetic rows  " << output.string() << "\n";
}

struct RefitArguments {
  std::string run, out;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> components;
  std::string network;
  bool gpu = false;
};

void refit(const RefitArguments& arguments) {
  auto experiment = experiment_of(arguments.run);
  if (arguments.seed) experiment.seed = *arguments.seed;
  if (arguments.components) experiment.generator.components = *arguments.components;
  if (!arguments.network.empty()) {
    experiment.generator.network = arguments.network == "mlp" ? config::Network::mlp : config::Network::table;
  }
  if (arguments.gpu) train::require_gpu();
  model::set_threads(0);
  const fs::path run = arguments.run;
  const fs::path out = arguments.out.empty() ? run / "refit" : fs::path(arguments.out);
  const auto measurements =
      boundary::load_measurements(run / "public" / "measurements.jsonl", experiment.schema.domain());
  train::FitReport report;
  const auto generator = coordinator::refit(experiment, measurements, report, {.gpu = arguments.gpu});
  fs::create_directories(out);
  const auto rows = experiment.rows.value_or(static_cast<std::uint64_t>(report.rows + 0.5));
  generator.save(out, "{}");
  model::write_synthetic_csv(generator, experiment.schema, rows, experiment.seed, out / "synthetic.csv");
  std::cout << "fitted again to " << measurements.size()
            << " released measurements (nothing spent): " << figure(report.chi2_per_cell, 3) << " chi2/cell\n"
            << grouped(rows) << " synthetic rows  " << (out / "synthetic.csv").string() << "\n";
}

void make_report(const std::string& run) {
  experiment_of(run);
  const fs::path folder = fs::path(run) / "public";
  report::write_report(folder);
  std::cout << "report  " << (folder / "report.html").string() << "\n";
}

}  // namespace

void add_sample(CLI::App& app) {
  auto* command = app.add_subcommand("sample", "Draw more synthetic rows from a run's model; costs nothing");
  auto arguments = std::make_shared<SampleArguments>();
  command->add_option("run", arguments->run, "The run's folder")->required();
  command->add_option("-n,--rows", arguments->rows, "How many rows")
      ->required()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
  command->add_option("--seed", arguments->seed, "Public seed (default: the experiment's + 1)");
  command->add_option("-o,--output", arguments->output, "CSV to write (default: sample-N.csv in the run's folder)");
  command->footer("Example: fedloom sample runs/adult-1 -n 1000000 -o million.csv");
  command->callback([arguments] { sample(*arguments); });
}

void add_refit(CLI::App& app) {
  auto* command = app.add_subcommand("refit", "Fit again from a run's released measurements; costs nothing");
  auto arguments = std::make_shared<RefitArguments>();
  command->add_option("run", arguments->run, "The run's folder")->required();
  command->add_option("--out", arguments->out, "Folder for model and rows (default: refit/ in the run's folder)");
  command->add_option("--seed", arguments->seed, "Other public seed");
  command->add_option("--components", arguments->components, "Other number of components")
      ->check(CLI::Range(1, 100000));
  command->add_option("--network", arguments->network, "Other network: table or mlp")
      ->check(CLI::IsMember({"table", "mlp"}));
  command->add_flag("--gpu", arguments->gpu, "Fit on a GPU");
  command->footer("Example: fedloom refit runs/adult-1 --seed 8");
  command->callback([arguments] { refit(*arguments); });
}

void add_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "Write public/report.html again from a run's public folder");
  auto run = std::make_shared<std::string>();
  command->add_option("run", *run, "The run's folder")->required();
  command->footer("Example: fedloom report runs/adult-1");
  command->callback([run] { make_report(*run); });
}

}  // namespace fedloom::apps
