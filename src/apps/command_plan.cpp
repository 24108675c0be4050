// fedloom plan: what a run will do and cost, before any row is touched.

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/coordinator/totals_source.hpp"
#include "output_file.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {

struct PlanArguments {
  std::string experiment, write_plan;
  std::uint64_t rows = 50000;
  bool json = false, force = false;
};

nlohmann::ordered_json as_json(const coordinator::Forecast& forecast, const config::Experiment& experiment) {
  nlohmann::ordered_json json{{"name", experiment.name},
                              {"epsilon", experiment.privacy.epsilon.value},
                              {"delta", experiment.privacy.delta.value},
                              {"rho", forecast.rho},
                              {"sites", forecast.sites},
                              {"contributors", forecast.contributors},
                              {"rounds", forecast.rounds},
                              {"coordinator_bytes", forecast.coordinator_bytes},
                              {"site_bytes_per_round", forecast.site_bytes_per_round},
                              {"seconds", forecast.seconds},
                              {"stages", nlohmann::json::array()}};
  for (const auto& stage : forecast.stages) {
    json["stages"].push_back({{"stage", stage.name},
                              {"rho", stage.rho},
                              {"queries", stage.queries},
                              {"cells", stage.cells},
                              {"site_sigma", stage.site_sigma},
                              {"total_sigma", stage.total_sigma},
                              {"noise", stage.noise}});
  }
  return json;
}

void print(const coordinator::Forecast& forecast, const config::Experiment& experiment, std::uint64_t rows) {
  const auto& schema = experiment.schema;
  std::cout << experiment.name << ": " << schema.domain().dimensions() << " attributes, " << schema.domain().width()
            << " values in all; " << forecast.sites << " site(s), noise of " << forecast.contributors << " counted on\n"
            << "budget: epsilon " << figure(experiment.privacy.epsilon.value, 4) << " at delta "
            << figure(experiment.privacy.delta.value, 2) << " is rho " << figure(forecast.rho, 6) << "; about "
            << forecast.rounds << " rounds\n\n"
            << std::left << std::setw(18) << "stage" << std::right << std::setw(9) << "share" << std::setw(10)
            << "queries" << std::setw(12) << "numbers" << std::setw(14) << "site sigma" << std::setw(14)
            << "total sigma" << std::setw(10) << "noise"
            << "\n";
  for (const auto& stage : forecast.stages) {
    std::cout << std::left << std::setw(18) << stage.name << std::right << std::setw(8)
              << figure(100 * stage.rho / forecast.rho, 3) << "%" << std::setw(10) << stage.queries << std::setw(12)
              << grouped(stage.cells) << std::setw(14) << figure(stage.site_sigma, 4) << std::setw(14)
              << figure(stage.total_sigma, 4) << std::setw(10)
              << (stage.noise > 0 ? figure(stage.noise, 3) : std::string("-")) << "\n";
  }
  std::cout << "\nsigma is in rows, per number; noise is the mean L1 error that it gives one marginal of the stage, in "
               "parts of the rows\n(2 is the most there is). With about "
            << grouped(rows) << " rows (--rows): about " << seconds_text(forecast.seconds) << ", "
            << bytes_text(static_cast<double>(forecast.coordinator_bytes)) << " at the coordinator, "
            << bytes_text(static_cast<double>(forecast.site_bytes_per_round))
            << " sent by each site in its largest round.\nNo row was touched.\n";
}

/// The first that a site is asked.
boundary::RoundPlan first_plan(const config::Experiment& experiment) {
  if (experiment.privacy.trust == config::Trust::aggregate) return coordinator::first_exact_plan(experiment);
  coordinator::Loop loop(experiment, experiment.quorum().sites);
  return std::get<coordinator::MeasureStep>(loop.next()).plan;
}

void plan(const PlanArguments& arguments) {
  const auto experiment = config::load_experiment(arguments.experiment);
  if (!arguments.write_plan.empty()) {
    require_new_file(arguments.write_plan, arguments.force, "--write-plan");
    write_atomically(arguments.write_plan,
                     boundary::to_json(first_plan(experiment), experiment.schema.domain()) + "\n");
  }
  const auto forecast = coordinator::forecast(experiment, experiment.quorum().sites, arguments.rows);
  if (arguments.json) {
    std::cout << as_json(forecast, experiment).dump(1) << "\n";
  } else {
    print(forecast, experiment, arguments.rows);
  }
}

}  // namespace

void add_plan(CLI::App& app) {
  auto* command =
      app.add_subcommand("plan", "Show budget split, rounds, noise, memory and time before a row is touched");
  auto arguments = std::make_shared<PlanArguments>();
  command->add_option("experiment", arguments->experiment, "The experiment file")->required();
  command->add_option("--rows", arguments->rows, "About how many rows there are in all (only to judge; default 50000)")
      ->check(refuse_negative)
      ->check(CLI::PositiveNumber);
  command->add_option("--write-plan", arguments->write_plan, "Write the first round's plan, for fedloom-site dry-run");
  command->add_flag("--json", arguments->json, "For programs");
  add_force_option(*command, arguments->force);
  command->footer("Example: fedloom plan fedloom-demo/adult.yaml --rows 48000");
  command->callback([arguments] { plan(*arguments); });
}

}  // namespace fedloom::apps
