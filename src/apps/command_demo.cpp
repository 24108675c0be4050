// fedloom demo: throw-away keys, roster and policies for public data, then a real run.

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/schema/number.hpp"
#include "launcher.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct DemoArguments {
  std::string experiment, folder = "fedloom-demo", out;
  std::vector<std::string> data;
  bool prepare_only = false;
};

struct Site {
  std::string name;
  fs::path table;
};

std::vector<Site> sites_of(const DemoArguments& arguments) {
  const fs::path bundled = fs::path(FEDLOOM_CONFIGS_DIR) / "data";
  if (arguments.data.empty()) {
    return {{"office", bundled / "adult-office.csv"}, {"trades", bundled / "adult-trades.csv"}, {"young", bundled / "adult-young.csv"}};
  }
  std::vector<Site> sites;
  for (const auto& text : arguments.data) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || !is_site_name(text.substr(0, equals))) {
      throw UsageError("--data " + text + " is not NAME=FILE.csv", "name each site's table, as in --data north=north.csv");
    }
    sites.push_back({text.substr(0, equals), fs::absolute(text.substr(equals + 1))});
    if (!fs::exists(sites.back().table)) throw UsageError("there is no file " + sites.back().table.string(), "check --data");
  }
  return sites;
}

/// Keys made by an earlier call are kept: the roster, and every approval of it, stays the same.
Roster make_keys(const std::vector<Site>& sites, const fs::path& folder) {
  std::vector<Member> members;
  for (const auto& site : sites) {
    const fs::path file = folder / (site.name + ".key");
    if (!fs::exists(file)) SigningKey::generate().save_new(file);
    members.push_back({SiteId{site.name}, SigningKey::load(file).public_key()});
  }
  return Roster(std::move(members));
}

std::string policy_text(const Site& site, const config::Experiment& experiment) {
  std::string columns;
  for (const auto& attribute : experiment.schema.attributes()) columns += "\n    - \"" + attribute.name + "\"";
  const bool central = !experiment.roster;
  std::string text = "# Made by `fedloom demo` for public data. A custodian of private data writes `class: private`,\n"
                     "# a lifetime budget and `approve: manual`.\n"
                     "version: 1\nsite: " + site.name + "\nkey: " + site.name + ".key\ndata_set: " + experiment.name + "-" + site.name +
                     "\nclass: public\nsource: \"csv:" + site.table.string() + "\"\nunit: {column: null, max_rows: " +
                     std::to_string(experiment.privacy.max_rows) + ", max_sites: " + std::to_string(experiment.privacy.max_sites) +
                     "}\nallow:\n  columns:" + columns + "\n  trust: [" + config::name_of(experiment.privacy.trust) + "]\n  epsilon_per_run: " +
                     schema::shortest(experiment.privacy.epsilon.value) + "\n  delta: " + schema::shortest(experiment.privacy.delta.value) + "\n";
  if (!central) {
    text += "  min_sites: " + std::to_string(experiment.roster->size()) +
            "\n  min_colluding_sites: " + std::to_string(experiment.privacy.colluding_sites) +
            "\n  max_dropouts: 0\n  roster_fingerprint: \"" + to_hex(experiment.roster->fingerprint()) + "\"\n";
  }
  return text + "approve: automatic\n";
}

/// Copies experiment and schema into the folder, makes the rest beside them. Gives the experiment's new place.
fs::path prepare(const fs::path& source, const std::vector<Site>& sites, const fs::path& folder) {
  const fs::path policies = folder / "sites";
  fs::create_directories(policies);
  const auto files = config::experiment_files(source);
  const fs::path experiment_file = folder / source.filename();
  for (const auto& file : {source, files.schema}) {
    const fs::path copy = folder / fs::relative(file, source.parent_path());
    if (fs::weakly_canonical(copy) == fs::weakly_canonical(file)) continue;
    fs::create_directories(copy.parent_path());
    fs::copy_file(file, copy, fs::copy_options::overwrite_existing);
  }
  if (files.roster) {
    write_atomically(folder / fs::relative(*files.roster, source.parent_path()), config::roster_yaml(make_keys(sites, policies)));
  } else {
    make_keys(sites, policies);
  }
  const auto experiment = config::load_experiment(experiment_file);
  for (const auto& entry : fs::directory_iterator(policies)) {
    if (entry.path().string().ends_with(".policy.yaml")) fs::remove(entry.path());
  }
  for (const auto& site : sites) write_atomically(policies / (site.name + ".policy.yaml"), policy_text(site, experiment));
  return experiment_file;
}

void demo(const DemoArguments& arguments) {
  const fs::path source = fs::absolute(arguments.experiment.empty() ? fs::path(FEDLOOM_CONFIGS_DIR) / "adult.yaml" : fs::path(arguments.experiment));
  const auto sites = sites_of(arguments);
  const auto file = prepare(source, sites, arguments.folder);
  const auto experiment = config::load_experiment(file);
  std::cout << "made throw-away keys and policies for " << sites.size() << " site(s) in " << arguments.folder << "\n" << std::flush;
  if (arguments.prepare_only) return;
  const LaunchOptions options{.experiment = file,
                              .sites = fs::path(arguments.folder) / "sites",
                              .out = arguments.out.empty() ? fresh_run_folder(experiment.name) : fs::path(arguments.out)};
  const auto policies = find_policies(experiment, options.sites);
  if (!experiment.roster) return run_central(experiment, options);
  const int code = launch(mpirun_line(options, policies));
  if (code != 0) throw CLI::RuntimeError(code);
}

}  // namespace

void add_demo(CLI::App& app) {
  auto* command = app.add_subcommand("demo", "Bundled data, three unlike sites, throw-away keys: a real run in a minute");
  auto arguments = std::make_shared<DemoArguments>();
  command->add_option("--dir", arguments->folder, "Folder for keys, roster and policies (default: fedloom-demo)");
  command->add_option("--experiment", arguments->experiment, "Another experiment (default: the bundled Adult)");
  command->add_option("--data", arguments->data, "A site's table, as NAME=FILE.csv; once for each site. PUBLIC data only");
  command->add_option("--out", arguments->out, "New folder for the run (default: runs/<name>-<time>-<id>)");
  command->add_flag("--prepare-only", arguments->prepare_only, "Make keys, roster and policies, but do not run");
  command->footer("Example: fedloom demo\n"
                  "Example: fedloom demo --experiment mine.yaml --data a=a.csv --data b=b.csv --data c=c.csv");
  command->callback([arguments] { demo(*arguments); });
}

}  // namespace fedloom::apps
