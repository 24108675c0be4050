#include "launcher.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <ctime>
#include <thread>
#include <utility>

#include "fedloom/base/error.hpp"
#include "fedloom/privacy/secure_random.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

fs::path beside_this_program(const std::string& program) {
  return fs::read_symlink("/proc/self/exe").parent_path() / program;
}

std::vector<std::string> place_words(unsigned part, unsigned parts) {
  if (parts == 1) return {};
  return {"--part", std::to_string(part) + "/" + std::to_string(parts)};
}

using Apps = std::vector<std::vector<std::string>>;

Apps coordinator_apps(const LaunchOptions& options, const std::vector<std::string>& run) {
  Apps apps;
  const unsigned parts = options.resources.coordinator;
  for (unsigned part = 1; part <= parts; ++part) {
    auto& words =
        apps.emplace_back(std::vector{beside_this_program("fedloom-coordinator").string(), std::string("run")});
    words.insert(words.end(), run.begin(), run.end());
    if (part == 1 && !options.outcome.empty()) {
      words.insert(words.end(), {"--outcome", fs::absolute(options.outcome).string()});
    }
    if (part == 1 && options.resume) words.emplace_back("--resume");
    if (part == 1 && options.resources.gpu) words.emplace_back("--gpu");
    if (part == 1 && options.resources.live) words.emplace_back("--live=" + std::to_string(*options.resources.live));
    for (auto& word : place_words(part, parts)) words.push_back(std::move(word));
  }
  return apps;
}

Apps site_apps(const LaunchOptions& options, const std::vector<fs::path>& policies,
               const std::vector<std::string>& run) {
  Apps apps;
  const unsigned parts = options.resources.per_site;
  const std::string program = beside_this_program("fedloom-site").string();
  // Sites of one machine share its cores while they count.
  const std::string threads =
      std::to_string(std::max<std::size_t>(1, std::thread::hardware_concurrency() / (policies.size() * parts)));
  for (const auto& policy : policies) {
    for (unsigned part = 1; part <= parts; ++part) {
      auto& words = apps.emplace_back(std::vector{program, std::string("serve"), fs::absolute(policy).string()});
      words.insert(words.end(), run.begin(), run.end());
      words.insert(words.end(), {"--threads", threads});
      for (auto& word : place_words(part, parts)) words.push_back(std::move(word));
    }
  }
  return apps;
}

}  // namespace

std::vector<fs::path> find_policies(const config::Experiment& experiment, const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().string().ends_with(".policy.yaml")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const std::string remedy = "name the folder with the sites' *.policy.yaml files by --sites";
  if (error || files.empty()) throw ConfigError({.file = folder.string()}, "there are no site policies here", remedy);
  if (!experiment.roster) {
    if (files.size() == 1) return files;
    throw ConfigError({.file = folder.string()},
                      "trust: central has one owner, but here are " + std::to_string(files.size()) + " policies",
                      remedy);
  }
  std::vector<fs::path> ordered(experiment.roster->size());
  for (const auto& file : files) {
    const auto policy = config::load_policy(file);
    const auto index = experiment.roster->index_of(policy.site);
    if (!index)
      throw ConfigError({.file = file.string()}, "site '" + policy.site.name + "' is not in the roster", remedy);
    if (!ordered[*index].empty())
      throw ConfigError({.file = file.string()}, "a second policy of site '" + policy.site.name + "'", remedy);
    ordered[*index] = file;
  }
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    if (ordered[i].empty()) {
      throw ConfigError({.file = folder.string()},
                        "no policy of site '" + experiment.roster->members()[i].id.name + "'", remedy);
    }
  }
  return ordered;
}

fs::path fresh_run_folder(const std::string& name) {
  std::array<std::uint8_t, 4> random{};
  privacy::SecureRandom().fill(random);
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y%m%d-%H%M%S", &utc);
  return fs::path("runs") / (name + "-" + day.data() + "-" + to_hex(ByteView(random)));
}

void add_resource_options(CLI::App& command, Resources& resources) {
  const CLI::Range some(1U, 4096U);
  command
      .add_option("--ranks-per-site", resources.per_site,
                  "Ranks that share each site's counting, each with a part of its rows (default: 1)")
      ->check(some);
  command
      .add_option("--coordinator-ranks", resources.coordinator,
                  "Ranks that share the fitting, each with a part of the generator's components (default: 1)")
      ->check(some);
  command.add_flag("--gpu", resources.gpu, "Fit on a GPU, or on one for each rank of the coordinator");
  add_live_option(command, resources.live);
}

std::vector<std::string> mpirun_line(const LaunchOptions& options, const std::vector<fs::path>& policies) {
  const std::vector<std::string> run{fs::absolute(options.experiment).string(), "--out",
                                     fs::absolute(options.out).string()};
  std::vector<std::string> line{"mpirun", "-q", "--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"};
  if (options.survive_losses) line.emplace_back("--enable-recovery");
  const auto add = [&line](const Apps& apps, bool first) {
    for (const auto& words : apps) {
      if (!std::exchange(first, false)) line.emplace_back(":");
      line.insert(line.end(), {"-n", "1"});
      line.insert(line.end(), words.begin(), words.end());
    }
  };
  add(coordinator_apps(options, run), true);
  add(site_apps(options, policies, run), false);
  return line;
}

}  // namespace fedloom::apps
