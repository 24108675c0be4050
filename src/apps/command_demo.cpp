// fedloom demo: throw-away keys, roster and policies for public data, then a real run.

#include <CLI/CLI.hpp>
#include <iostream>
#include <set>

#include "commands.hpp"
#include "demo_tables.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/schema/number.hpp"
#include "launcher.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

/// First line of every file that this command writes: another file is never overwritten.
constexpr std::string_view marker = "# Made by `fedloom demo` for public data.\n";

struct DemoArguments {
  std::string experiment, folder = "fedloom-demo", out;
  std::vector<std::string> data;
  Resources resources;
  bool prepare_only = false;
};

/// Keys made by an earlier call are kept: the roster, and every approval of it, stays the same.
Roster make_keys(const std::vector<SiteTable>& sites, const fs::path& folder) {
  std::vector<Member> members;
  for (const auto& site : sites) {
    const fs::path file = folder / (site.name + ".key");
    if (!fs::exists(file)) SigningKey::generate().save_new(file);
    members.push_back({SiteId{site.name}, SigningKey::load(file).public_key()});
  }
  return Roster(std::move(members));
}

std::string policy_text(const SiteTable& site, const config::Experiment& experiment) {
  std::string columns;
  std::set<std::string> seen;
  for (const auto& attribute : experiment.schema.attributes()) {
    for (const std::string& column : attribute.sources()) {
      if (seen.insert(column).second) columns += "\n    - " + config::quoted_text(column);
    }
  }
  const bool central = !experiment.roster;
  std::string text =
      "# A custodian of private data writes `class: private`, a lifetime budget and `approve: manual`.\n"
      "version: 1\nsite: " +
      site.name + "\nkey: " + site.name + ".key\ndata_set: " + experiment.name + "-" + site.name +
      "\nclass: public\nsource: " + config::quoted_text("csv:" + site.table.string()) +
      "\nunit: {column: null, max_rows: 1, max_sites: " + std::to_string(experiment.privacy.max_sites) +
      "}\nallow:\n  columns:" + columns + "\n  trust: [" + config::name_of(experiment.privacy.trust) +
      "]\n  epsilon_per_run: " + schema::shortest(experiment.privacy.epsilon.value) +
      "\n  delta: " + schema::shortest(experiment.privacy.delta.value) + "\n";
  if (!central) {
    text += "  min_sites: " + std::to_string(experiment.roster->size()) +
            "\n  min_colluding_sites: " + std::to_string(experiment.privacy.colluding_sites) +
            "\n  max_dropouts: " + std::to_string(experiment.privacy.dropouts) +
            "\n  coordinator: " + name_of(experiment.privacy.coordinator) + "\n  roster_fingerprint: \"" +
            to_hex(experiment.roster->fingerprint()) + "\"\n";
    const Millis tick = experiment.transport.tick;
    if (tick < config::SitePolicy{}.allow.min_tick) text += "  min_tick: " + std::to_string(tick.count()) + "ms\n";
  }
  return text + "approve: automatic\n";
}

bool is_policy(const fs::path& file) { return file.string().ends_with(".policy.yaml"); }

void refuse_a_file_of_others(const fs::path& file) {
  if (!fs::exists(file) || read_text(file).starts_with(marker)) return;
  throw UsageError(file.string() + " was not made by `fedloom demo`, which would replace it",
                   "choose another folder with --dir, or move the file away");
}

/// Where a file that the experiment names goes: as far from the experiment's copy as it is from the experiment.
fs::path place_of(const fs::path& file, const fs::path& source, const fs::path& folder) {
  return folder / fs::relative(file, source.parent_path());
}

/// Copies experiment and schema into the folder, makes the rest beside them. Gives the experiment's new place. Looks at
/// everything it would replace before it writes anything.
fs::path prepare(const fs::path& source, const std::vector<SiteTable>& sites, const fs::path& folder) {
  const fs::path policies = folder / "sites";
  fs::create_directories(policies);
  const auto files = config::experiment_files(source);
  std::vector<std::pair<fs::path, fs::path>> copies;
  for (const auto& file : {source, files.schema}) {
    const fs::path copy = place_of(file, source, folder);
    if (fs::weakly_canonical(copy) != fs::weakly_canonical(file)) copies.emplace_back(file, copy);
  }
  for (const auto& [file, copy] : copies) refuse_a_file_of_others(copy);
  if (files.roster) refuse_a_file_of_others(place_of(*files.roster, source, folder));
  std::vector<fs::path> old_policies;
  for (const auto& entry : fs::directory_iterator(policies)) {
    if (is_policy(entry.path())) old_policies.push_back(entry.path());
  }
  for (const auto& file : old_policies) refuse_a_file_of_others(file);

  for (const auto& [file, copy] : copies) {
    const std::string text = read_text(file);
    fs::create_directories(copy.parent_path());
    write_atomically(copy, text.starts_with(marker) ? text : std::string(marker) + text);
  }
  const Roster roster = make_keys(sites, policies);
  if (files.roster) {
    write_atomically(place_of(*files.roster, source, folder), std::string(marker) + config::roster_yaml(roster));
  }
  const fs::path experiment_file = folder / source.filename();
  const auto experiment = config::load_experiment(experiment_file);
  for (const auto& file : old_policies) fs::remove(file);
  for (const auto& site : sites) {
    write_atomically(policies / (site.name + ".policy.yaml"), std::string(marker) + policy_text(site, experiment));
  }
  return experiment_file;
}

void demo(const DemoArguments& arguments) {
  const fs::path source = fs::absolute(arguments.experiment.empty() ? fs::path(FEDLOOM_CONFIGS_DIR) / "adult.yaml"
                                                                    : fs::path(arguments.experiment));
  const auto sites = named_tables(arguments.data, source);
  const auto file = prepare(source, sites, arguments.folder);
  const auto experiment = config::load_experiment(file);
  std::cout << "made throw-away keys and policies for " << sites.size() << " site(s) in " << arguments.folder << "\n"
            << std::flush;
  if (arguments.prepare_only) return;
  const LaunchOptions options{
      .experiment = file,
      .sites = fs::path(arguments.folder) / "sites",
      .out = arguments.out.empty() ? fresh_run_folder(experiment.name) : fs::path(arguments.out),
      .resources = arguments.resources};
  const auto policies = find_policies(experiment, options.sites);
  if (!experiment.roster) return run_central(experiment, options);
  const int code = launch(mpirun_line(options, policies));
  if (code != 0) throw CLI::RuntimeError(code);
}

}  // namespace

void add_demo(CLI::App& app) {
  auto* command =
      app.add_subcommand("demo", "Bundled data, three unlike sites, throw-away keys: a real run in a minute");
  auto arguments = std::make_shared<DemoArguments>();
  command->add_option("--dir", arguments->folder, "Folder for keys, roster and policies (default: fedloom-demo)");
  command->add_option("--experiment", arguments->experiment, "Another experiment (default: the bundled Adult)");
  command->add_option("--data", arguments->data,
                      "A site's table, as NAME=FILE.csv; once for each site. PUBLIC data only (default: the files "
                      "data/<experiment>-<site>.csv beside the experiment)");
  command->add_option("--out", arguments->out, "New folder for the run (default: runs/<name>-<time>-<id>)");
  add_resource_options(*command, arguments->resources);
  command->add_flag("--prepare-only", arguments->prepare_only, "Make keys, roster and policies, but do not run");
  command->footer(
      "Example: fedloom demo\n"
      "Example: fedloom demo --experiment configs/stroke-trial.yaml\n"
      "Example: fedloom demo --experiment mine.yaml --data a=a.csv --data b=b.csv --data c=c.csv");
  command->callback([arguments] { demo(*arguments); });
}

}  // namespace fedloom::apps
