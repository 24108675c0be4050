// fedloom refit: more from what a run has released; costs no privacy.

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/coordinator/model_card.hpp"
#include "fedloom/model/synthetic_csv.hpp"
#include "fedloom/train/libtorch.hpp"
#include "output_file.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct RefitArguments {
  std::string run, out;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> components;
  std::string network;
  bool gpu = false, force = false;
};

/// As the run's metrics say; without them all that the experiment allowed.
double epsilon_spent(const fs::path& run, const config::Experiment& experiment) {
  const fs::path file = run / "public" / "metrics.json";
  if (!fs::exists(file)) return experiment.privacy.epsilon.value;
  const auto metrics = nlohmann::json::parse(read_text(file), nullptr, false);
  const auto spent = metrics.is_object() ? metrics.value("epsilon_spent", nlohmann::json()) : nlohmann::json();
  return spent.is_number() ? spent.get<double>() : experiment.privacy.epsilon.value;
}

void refit(const RefitArguments& arguments) {
  auto experiment = config::experiment_of(arguments.run);
  if (arguments.seed) experiment.seed = *arguments.seed;
  if (arguments.components) experiment.generator.components = *arguments.components;
  if (!arguments.network.empty()) {
    experiment.generator.network = arguments.network == "mlp" ? config::Network::mlp : config::Network::table;
  }
  if (arguments.gpu) train::require_gpu();
  train::set_threads(0);
  const fs::path run = arguments.run;
  const fs::path out = arguments.out.empty() ? run / "refit" : fs::path(arguments.out);
  fs::create_directories(out);
  for (const char* file : {"model.safetensors", "synthetic.csv"}) require_new_file(out / file, arguments.force);
  const auto measurements =
      boundary::load_measurements(run / "public" / "measurements.jsonl", experiment.schema.domain());
  train::FitReport report;
  const auto generator = coordinator::refit(experiment, measurements, report, {.gpu = arguments.gpu});
  const auto rows = experiment.rows.value_or(static_cast<std::uint64_t>(report.rows + 0.5));
  generator.save(out, coordinator::model_card(experiment, epsilon_spent(run, experiment), "{}"));
  model::write_synthetic_csv(generator, experiment.schema, rows, experiment.seed, out / "synthetic.csv");
  std::cout << "fitted again to " << measurements.size()
            << " released measurements (nothing spent): " << figure(report.chi2_per_cell, 3) << " chi2/cell\n"
            << grouped(rows) << " synthetic rows  " << (out / "synthetic.csv").string() << "\n";
}

}  // namespace

void add_refit(CLI::App& app) {
  auto* command = app.add_subcommand("refit", "Fit again from a run's released measurements; costs nothing");
  auto arguments = std::make_shared<RefitArguments>();
  command->add_option("run", arguments->run, "The run's folder")->required();
  command->add_option("--out", arguments->out, "Folder for model and rows (default: refit/ in the run's folder)");
  command->add_option("--seed", arguments->seed, "Other public seed")->check(refuse_negative);
  command->add_option("--components", arguments->components, "Other number of components")
      ->check(CLI::Range(1, 100000));
  command->add_option("--network", arguments->network, "Other network: table or mlp")
      ->check(CLI::IsMember({"table", "mlp"}));
  command->add_flag("--gpu", arguments->gpu, "Fit on a GPU");
  add_force_option(*command, arguments->force);
  command->footer("Example: fedloom refit runs/adult-1 --seed 8");
  command->callback([arguments] { refit(*arguments); });
}

}  // namespace fedloom::apps
