#include "launcher.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <thread>

#include "fedloom/base/error.hpp"
#include "fedloom/privacy/secure_random.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

fs::path beside_this_program(const std::string& program) {
  return fs::read_symlink("/proc/self/exe").parent_path() / program;
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

std::vector<std::string> mpirun_line(const LaunchOptions& options, const std::vector<fs::path>& policies) {
  const std::string experiment = fs::absolute(options.experiment).string();
  const std::string out = fs::absolute(options.out).string();
  std::vector<std::string> line{"mpirun", "-q", "--map-by", ":OVERSUBSCRIBE", "--bind-to", "none"};
  if (options.survive_losses) line.emplace_back("--enable-recovery");
  line.insert(line.end(),
              {"-n", "1", beside_this_program("fedloom-coordinator").string(), "run", experiment, "--out", out});
  if (!options.outcome.empty()) line.insert(line.end(), {"--outcome", fs::absolute(options.outcome).string()});
  if (options.resume) line.emplace_back("--resume");
  // Sites of one machine share its cores while they count.
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned parts = options.ranks_per_site;
  const std::string threads = std::to_string(std::max<std::size_t>(1, cores / (policies.size() * parts)));
  const std::string program = beside_this_program("fedloom-site").string();
  for (const auto& policy : policies) {
    for (unsigned part = 1; part <= parts; ++part) {
      line.insert(line.end(), {":", "-n", "1", program, "serve", fs::absolute(policy).string(), experiment, "--out",
                               out, "--threads", threads});
      if (parts > 1) line.insert(line.end(), {"--part", std::to_string(part) + "/" + std::to_string(parts)});
    }
  }
  return line;
}

}  // namespace fedloom::apps
