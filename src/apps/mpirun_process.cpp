#include "mpirun_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "fedloom/base/error.hpp"

extern char** environ;

namespace fedloom::apps {
namespace {

void check_root_may_run() {
  if (geteuid() != 0) return;
  if (std::getenv("OMPI_ALLOW_RUN_AS_ROOT") != nullptr && std::getenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM") != nullptr)
    return;
  throw EnvironmentError("mpirun", "Open MPI does not run as root unless it is told to",
                         "run as another user, or set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1");
}

std::vector<std::string> environment(const std::vector<std::string>& more) {
  std::vector<std::string> list;
  for (char** entry = environ; *entry != nullptr; ++entry) list.emplace_back(*entry);
  for (const auto& variable : more) {
    if (std::getenv(variable.substr(0, variable.find('=')).c_str()) == nullptr) list.push_back(variable);
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

MpirunProcess::MpirunProcess(const std::vector<std::string>& line, const std::vector<std::string>& variables) {
  check_root_may_run();
  std::vector<std::string> arguments = line;
  std::vector<std::string> surroundings = environment(variables);
  auto argv = pointers(arguments);
  auto envp = pointers(surroundings);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  // mpirun reads its standard input and would stop a background job that has a terminal.
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int error = posix_spawnp(&child_, argv[0], &files, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    throw EnvironmentError("mpirun", std::string("cannot be started: ") + std::strerror(error),
                           "install Open MPI (./launch/setup)");
  }
}

std::optional<int> MpirunProcess::ended() {
  if (code_) return code_;
  int status = 0;
  const pid_t ended = waitpid(child_, &status, WNOHANG);
  if (ended == child_) code_ = exit_code_of(status);
  if (ended < 0 && errno != EINTR) throw EnvironmentError("mpirun", "cannot be waited for", "");
  return code_;
}

void MpirunProcess::signal(int number) const { kill(child_, number); }

}  // namespace fedloom::apps
