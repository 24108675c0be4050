// fedloom run: one run on this machine or in this allocation.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>

#include "commands.hpp"
#include "fedloom/coordinator/conduct.hpp"
#include "launcher.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct RunArguments {
  std::string experiment, sites, out, resume;
  Resources resources;
  bool print_only = false;
};

/// As a shell takes it for one word.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "-_./:=+,@%";
  const auto is_plain = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || plain.find(c) != plain.npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

void print_line(const std::vector<std::string>& line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::cout << (i == 0 ? "" : line[i] == ":" ? " \\\n  " : " ") << quoted(line[i]);
  }
  std::cout << std::endl;
}

int start(const config::Experiment& experiment, LaunchOptions options, const std::vector<fs::path>& policies) {
  if (!options.survive_losses) return launch(mpirun_line(options, policies));
  const OutcomeWatch outcome(options.out);
  options.outcome = outcome.file();
  return launch_surviving(mpirun_line(options, policies), outcome, {.start = experiment.transport.join_limit});
}

void run(const RunArguments& arguments) {
  const auto experiment = config::load_experiment(arguments.experiment);
  coordinator::require_formats(experiment);
  const fs::path beside = fs::path(arguments.experiment).parent_path() / "sites";
  LaunchOptions options{.experiment = arguments.experiment,
                        .sites = arguments.sites.empty() ? beside : fs::path(arguments.sites),
                        .out = arguments.out,
                        .resources = arguments.resources,
                        .resume = !arguments.resume.empty()};
  if (options.resume) {
    if (!arguments.out.empty()) throw UsageError("--out and --resume name two folders", "give --resume DIR alone");
    options.out = arguments.resume;
  } else if (options.out.empty()) {
    options.out = fresh_run_folder(experiment.name);
  }
  const auto policies = find_policies(experiment, options.sites);
  if (!experiment.roster) return run_central(experiment, options);
  options.survive_losses = experiment.privacy.dropouts > 0;
  if (arguments.print_only) return print_line(mpirun_line(options, policies));
  const int code = start(experiment, options, policies);
  if (code != 0) throw CLI::RuntimeError(code);
}

}  // namespace

void add_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Make synthetic rows: all sites of the roster under one mpirun");
  auto arguments = std::make_shared<RunArguments>();
  command->add_option("experiment", arguments->experiment, "The experiment file")->required();
  command->add_option("--sites", arguments->sites,
                      "Folder with one *.policy.yaml a site (default: sites/ beside the experiment)");
  command->add_option("--out", arguments->out, "New folder for the run (default: runs/<name>-<time>-<id>)");
  command->add_option("--resume", arguments->resume, "Go on with the run in this folder; spends nothing twice");
  add_resource_options(*command, arguments->resources);
  command->add_flag("--print-mpirun", arguments->print_only, "Only print the mpirun line, to run or change by hand");
  command->footer("Example: fedloom run fedloom-demo/adult.yaml --out runs/adult-1");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace fedloom::apps
