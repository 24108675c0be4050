#include "self_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/error.hpp"
#include "program.hpp"

extern char** environ;

namespace fedloom::apps {
namespace {

constexpr Millis look_every{20};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

SelfEnded run_self(std::vector<std::string> words, const std::filesystem::path& log) {
  words.insert(words.begin(), std::filesystem::read_symlink("/proc/self/exe").string());
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

}  // namespace fedloom::apps
