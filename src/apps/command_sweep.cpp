// fedloom sweep: an experiment at several ε, numbers of sites and trust modes, on public rows.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "commands.hpp"
#include "demo_tables.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/data/source.hpp"
#include "program.hpp"
#include "sweep.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

struct SweepArguments {
  std::string experiment, policies, out;
  std::vector<std::string> data, trusts{"none", "central"}, methods, merged;
  std::vector<double> epsilons{1};
  std::vector<std::uint32_t> sites{1, 3};
  std::uint32_t repeats = 1;
};

/// Errors against real rows are no private release: only rows that anyone may see can be swept.
fs::path public_table(const fs::path& file) {
  const auto policy = config::load_policy(file);
  if (policy.data_class != config::DataClass::public_data) {
    throw RefusedError(file.string(),
                       "the data set '" + policy.data_set +
                           "' is of class private, and a sweep spends without a lifetime budget and shows errors that "
                           "come from the rows",
                       "sweep data of class public");
  }
  if (!policy.source.starts_with("csv:")) {
    throw UsageError(file.string() + " names a source that is no CSV file", "sweep a table in a CSV file");
  }
  return file.parent_path() / policy.source.substr(policy.source.find(':') + 1);
}

std::vector<fs::path> tables_of(const SweepArguments& arguments) {
  std::vector<fs::path> tables;
  for (const auto& file : arguments.data) {
    if (!fs::exists(file)) throw UsageError("there is no file " + file, "check --data");
    tables.emplace_back(fs::absolute(file));
  }
  if (!arguments.policies.empty()) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(arguments.policies)) {
      if (entry.path().string().ends_with(".policy.yaml")) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) tables.push_back(public_table(fs::absolute(file)));
  }
  if (!tables.empty()) return tables;
  for (const auto& site : tables_beside(fs::absolute(arguments.experiment))) tables.push_back(site.table);
  return tables;
}

/// Results that are there already are only taken for the same experiment and rows.
void claim(const fs::path& out, const config::Experiment& experiment, const SweepRows& rows) {
  FieldHasher hasher;
  hasher.field("fedloom sweep 1").field(experiment.resolved_yaml()).field(ByteView(experiment.schema.hash()));
  for (const auto& row : rows.rows) hasher.field(row);
  const std::string mark = to_hex(hasher.finish()) + "\n";
  fs::create_directories(out / "points");
  const fs::path file = out / "points/experiment-and-rows";
  if (fs::exists(file) && read_text(file) != mark) {
    throw UsageError("the results in " + out.string() + " are of another experiment or of other rows",
                     "choose another folder with --out");
  }
  write_atomically(file, mark);
}

void print(const SweepResult& result, std::size_t done, std::size_t all, bool kept) {
  std::cout << "point " << done << "/" << all << "  eps " << figure(result.point.epsilon, 3) << "  "
            << result.point.setting.label() << "  run " << result.point.repeat << "  error";
  for (const double error : result.error) std::cout << " " << figure(error, 3);
  std::cout << "  " << seconds_text(result.seconds) << ", " << figure(result.cpu_seconds, 3) << " CPU s, "
            << figure(result.peak_mb, 3) << " MB" << (kept ? "  (kept)" : "") << std::endl;
}

SweepRange range_of(const SweepArguments& arguments, const config::Experiment& experiment) {
  SweepRange range{.epsilons = arguments.epsilons,
                   .sites = arguments.sites,
                   .trusts = {},
                   .methods = {},
                   .repeats = arguments.repeats};
  for (const auto& text : arguments.trusts) range.trusts.push_back(trust_of(text));
  for (const auto& text : arguments.methods) range.methods.push_back(method_of(text));
  if (range.methods.empty()) range.methods.push_back(experiment.generator.method);
  return range;
}

void tell_where(const fs::path& out) {
  std::cout << "\ntable  " << (out / "sweep.md").string() << "\nplots  " << (out / "error-*.svg").string() << std::endl;
}

void merge(const SweepArguments& arguments, const std::string& name, const fs::path& out) {
  std::vector<SweepResult> results;
  for (const auto& folder : arguments.merged) {
    const auto some = read_results(fs::path(folder) / "sweep.json");
    results.insert(results.end(), some.begin(), some.end());
  }
  fs::create_directories(out);
  write_sweep(results, name, out);
  tell_where(out);
}

void run_points(const SweepArguments& arguments, const std::string& name, const fs::path& out) {
  catch_stop_signals();
  const auto tables = tables_of(arguments);
  const auto most_sites = *std::max_element(arguments.sites.begin(), arguments.sites.end());
  const auto experiment = load_for_sweep(arguments.experiment, most_sites, out);
  const auto rows = read_rows(tables, experiment.schema);
  data::Table real(experiment.schema.domain());
  for (const auto& table : tables) {
    real.append(data::load("csv:" + table.string(), "/", experiment.schema, {}).table);
  }
  std::vector<std::string> left_out;
  const auto points = points_of(range_of(arguments, experiment), experiment.privacy, left_out);
  for (const auto& text : left_out) std::cout << "left out " << text << "\n";
  if (points.empty()) throw UsageError("nothing is left to sweep", "name more --sites");
  claim(out, experiment, rows);
  std::vector<SweepResult> results;
  for (const auto& point : points) {
    const fs::path place = out / "points" / point.name();
    const fs::path file = place.string() + ".json";
    const bool kept = fs::exists(file);
    results.push_back(kept ? read_result(file) : run_point(point, experiment, rows, real, place));
    if (!kept) write_atomically(file, results.back().to_json() + "\n");
    print(results.back(), results.size(), points.size(), kept);
    write_sweep(results, name, out);
  }
  tell_where(out);
}

void sweep(const SweepArguments& arguments) {
  const std::string name = fs::path(arguments.experiment).stem().string();
  const fs::path out = fs::absolute(arguments.out.empty() ? "sweeps/" + name : arguments.out);
  if (arguments.merged.empty()) return run_points(arguments, name, out);
  merge(arguments, name, out);
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto* command = app.add_subcommand(
      "sweep",
      "Run an experiment at several epsilons, sites and trust modes on PUBLIC rows; tables and plots of errors");
  auto arguments = std::make_shared<SweepArguments>();
  command->add_option("experiment", arguments->experiment, "The experiment file")->required();
  command->add_option("--epsilon", arguments->epsilons, "Values of epsilon")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command->add_option("--sites", arguments->sites, "Numbers of sites; trust: central always has one")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000));
  command->add_option("--trust", arguments->trusts, "none, aggregate, central")
      ->delimiter(',')
      ->check(CLI::IsMember({"none", "aggregate", "central"}));
  command->add_option("--method", arguments->methods, "gem, independent (default: the experiment's)")
      ->delimiter(',')
      ->check(CLI::IsMember({"gem", "independent"}));
  command->add_option("--repeat", arguments->repeats, "Runs of each point; each with another seed")
      ->check(CLI::Range(1, 1000));
  command->add_option("--data", arguments->data,
                      "CSV of PUBLIC rows; several are taken together (default: the tables that lie with the "
                      "experiment, data/<experiment>-<site>.csv)");
  command->add_option("--policies", arguments->policies,
                      "Folder of *.policy.yaml whose tables are taken; all must be of class public");
  command->add_option("--out", arguments->out,
                      "Folder for the results (default: sweeps/<experiment>). Points that are there "
                      "already are kept");
  command->add_option("--merge", arguments->merged,
                      "Only make one table and one set of plots of the sweeps in these folders; of the experiment "
                      "the name is used");
  command->footer(
      "The rows are dealt out to the sites evenly, in a public random order. Each point is a whole run by the real\n"
      "programs. The same command goes on with a sweep that was stopped.\n"
      "Example: fedloom sweep configs/adult.yaml --epsilon 0.1,1,10 --sites 1,3,10 --trust none,central --repeat 3");
  command->callback([arguments] { sweep(*arguments); });
}

}  // namespace fedloom::apps
