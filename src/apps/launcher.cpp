#include "launcher.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <thread>

#include "fedloom/base/error.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "program.hpp"

extern char** environ;

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

fs::path beside_this_program(const std::string& program) {
  return fs::read_symlink("/proc/self/exe").parent_path() / program;
}

void check_root_may_run() {
  if (geteuid() != 0) return;
  if (std::getenv("OMPI_ALLOW_RUN_AS_ROOT") != nullptr && std::getenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM") != nullptr)
    return;
  throw EnvironmentError("mpirun", "Open MPI does not run as root unless it is told to",
                         "run as another user, or set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1");
}

/// Containers often forbid the kernel call that Open MPI's shared-memory transport would use; without it nothing is
/// lost here but a warning.
std::vector<std::string> environment() {
  std::vector<std::string> list;
  for (char** entry = environ; *entry != nullptr; ++entry) list.emplace_back(*entry);
  if (std::getenv("OMPI_MCA_btl_vader_single_copy_mechanism") == nullptr) {
    list.emplace_back("OMPI_MCA_btl_vader_single_copy_mechanism=none");
  }
  return list;
}

std::vector<char*> pointers(std::vector<std::string>& list) {
  std::vector<char*> result;
  for (auto& entry : list) result.push_back(entry.data());
  result.push_back(nullptr);
  return result;
}

int exit_code_of(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return 128 + WTERMSIG(status);
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
  std::vector<std::string> line{"mpirun",
                                "-q",
                                "--map-by",
                                ":OVERSUBSCRIBE",
                                "--bind-to",
                                "none",
                                "-n",
                                "1",
                                beside_this_program("fedloom-coordinator").string(),
                                "run",
                                experiment,
                                "--out",
                                out};
  if (options.resume) line.emplace_back("--resume");
  // Sites of one machine share its cores while they count.
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto threads = std::max<std::size_t>(1, cores / policies.size());
  for (const auto& policy : policies) {
    for (const auto& word :
         {std::string(":"), std::string("-n"), std::string("1"), beside_this_program("fedloom-site").string(),
          std::string("serve"), fs::absolute(policy).string(), experiment, std::string("--out"), out,
          std::string("--threads"), std::to_string(threads)}) {
      line.push_back(word);
    }
  }
  return line;
}

int launch(const std::vector<std::string>& line) {
  check_root_may_run();
  catch_stop_signals();
  std::vector<std::string> arguments = line;
  std::vector<std::string> variables = environment();
  auto argv = pointers(arguments);
  auto envp = pointers(variables);
  pid_t child = 0;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  // mpirun reads its standard input and would stop a background job that has a terminal.
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // In a process group of its own: Ctrl-C comes to us alone, and is passed on as a request to stop cleanly.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int error = posix_spawnp(&child, argv[0], &files, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    throw EnvironmentError("mpirun", std::string("cannot be started: ") + std::strerror(error),
                           "install Open MPI (./launch/setup)");
  }
  bool passed_on = false;
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return exit_code_of(status);
    if (ended < 0 && errno != EINTR) throw EnvironmentError("mpirun", "cannot be waited for", "");
    if (stop_flag().load() && !passed_on) {
      passed_on = true;
      kill(child, SIGUSR1);  // mpirun passes USR1 to every rank; TERM would kill them
    }
    std::this_thread::sleep_for(Millis(50));
  }
}

}  // namespace fedloom::apps
