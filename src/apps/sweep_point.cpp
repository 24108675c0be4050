// One point of a sweep: the experiment changed, the rows dealt out, `fedloom demo` as a child, the score.

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/evaluate/marginal_error.hpp"
#include "program.hpp"
#include "sweep.hpp"

extern char** environ;

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

constexpr Millis look_every{20};

struct Ended {
  int status = 0;
  double cpu_seconds = 0, peak_mb = 0;
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// Runs this program with other words, its output into `log`. Time and memory are those of the child and of all that
/// it waited for.
Ended run_self(std::vector<std::string> words, const fs::path& log) {
  words.insert(words.begin(), fs::read_symlink("/proc/self/exe").string());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawn(&child, argv[0], &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw EnvironmentError("fedloom", std::string("cannot be started: ") + std::strerror(error), "");
  int status = 0;
  rusage usage{};
  bool asked = false;
  for (pid_t ended = 0; ended != child;) {
    ended = wait4(child, &status, WNOHANG, &usage);
    if (ended < 0 && errno != EINTR) throw EnvironmentError("fedloom", "cannot be waited for", "");
    if (stop_flag().load() && !std::exchange(asked, true)) kill(child, SIGTERM);
    if (ended != child) std::this_thread::sleep_for(look_every);
  }
  return {.status = status,
          .cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
          .peak_mb = static_cast<double>(usage.ru_maxrss) / 1024.0};
}

/// Makes the folder of one point, and takes it away again however the point ends.
class PointFolder {
 public:
  explicit PointFolder(fs::path folder) : folder_(std::move(folder)) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~PointFolder() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  PointFolder(const PointFolder&) = delete;
  PointFolder& operator=(const PointFolder&) = delete;

 private:
  fs::path folder_;
};

config::Experiment changed(config::Experiment experiment, const SweepPoint& point) {
  experiment.privacy.epsilon = {point.epsilon};
  experiment.privacy.trust = point.setting.trust;
  experiment.generator.method = point.setting.method;
  experiment.seed += point.repeat - 1;
  experiment.roster.reset();
  if (point.setting.trust == config::Trust::central) {
    experiment.privacy.dropouts = 0;
    return experiment;
  }
  // Only so that the file names a roster: demo puts one with its own keys there.
  experiment.roster.emplace(std::vector<Member>{{SiteId{"nobody"}, SigningKey::generate().public_key()}});
  return experiment;
}

}  // namespace

config::Experiment load_for_sweep(const fs::path& experiment, std::uint32_t sites, const fs::path& folder) {
  const fs::path base = folder / "base";
  fs::create_directories(base);
  std::vector<std::string> words{"demo",  "--prepare-only", "--experiment", fs::absolute(experiment).string(),
                                 "--dir", base.string()};
  for (std::uint32_t k = 1; k <= std::max(sites, 3u); ++k) {
    // No table is read before a run: any file will do.
    words.insert(words.end(), {"--data", "site-" + std::to_string(k) + "=" + fs::absolute(experiment).string()});
  }
  const fs::path log = folder / "base.log";
  if (run_self(words, log).status != 0) {
    const std::string said = read_text(log);
    throw ConfigError({.file = experiment.string()},
                      "the experiment cannot be swept: " + said.substr(0, said.find('\n')), "");
  }
  return config::load_experiment(base / experiment.filename());
}

SweepResult run_point(const SweepPoint& point, const config::Experiment& experiment, const SweepRows& rows,
                      const data::Table& real, const fs::path& folder) {
  const PointFolder place(folder);
  const auto variant = changed(experiment, point);
  config::write_resolved(variant, folder);
  std::vector<std::string> words{"demo",
                                 "--experiment",
                                 (folder / "config.resolved.yaml").string(),
                                 "--dir",
                                 (folder / "world").string(),
                                 "--out",
                                 (folder / "run").string()};
  for (const auto& file : deal(rows, point.setting.sites, variant.seed, folder)) {
    words.insert(words.end(), {"--data", file.stem().string() + "=" + file.string()});
  }
  const fs::path log = folder.string() + ".log";
  const Instant start = monotonic_now();
  const Ended ended = run_self(words, log);
  const double seconds = std::chrono::duration<double>(monotonic_now() - start).count();
  if (stop_flag().load()) throw Interrupted("the sweep was stopped", "the same command goes on with it");
  if (ended.status != 0) {
    throw EnvironmentError(point.name(), "this run of the sweep failed",
                           "see " + log.string() + "; the same command goes on with the sweep");
  }
  const auto synthetic =
      data::load("csv:" + (folder / "run/public/synthetic.csv").string(), "/", experiment.schema.of_outputs(), {}).table;
  SweepResult result{.point = point,
                     .rows = synthetic.rows(),
                     .error = {},
                     .seconds = seconds,
                     .cpu_seconds = ended.cpu_seconds,
                     .peak_mb = ended.peak_mb};
  for (const auto& error : evaluate::marginal_errors(real, synthetic, 3)) result.error.push_back(error.mean);
  return result;
}

}  // namespace fedloom::apps
