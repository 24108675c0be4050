#include "program.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string_view>

#include "fedloom/base/version.hpp"

namespace fedloom::apps {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set in a signal handler");

void on_signal(int) { stop_requested.store(true); }

std::string formatted(const char* format, double value) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

/// "fedloom schema check": as far as the command line was understood.
std::string command_of(const CLI::App& app) {
  std::string text = app.get_name();
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().back();
    text += " " + at->get_name();
  }
  return text;
}

int complain(const std::string& program, const std::exception& error, ExitCode code) {
  tell(program + ": " + error.what());
  return static_cast<int>(code);
}

}  // namespace

int explain_current_exception(const std::string& program) {
  try {
    throw;
  } catch (const Error& error) {
    return complain(program, error, error.code());
  } catch (const std::bad_alloc&) {
    return complain(program, EnvironmentError("", "out of memory", "see `fedloom plan` for what a run needs"),
                    ExitCode::environment);
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(program, error, ExitCode::environment);
  } catch (const std::exception& error) {
    return complain(program, error, ExitCode::internal);
  }
}

int run_program(CLI::App& app, int argc, char** argv) {
  const std::string program = app.get_name();
  app.set_version_flag("--version", program + " " + version);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::RuntimeError& chosen) {
    return chosen.get_exit_code();
  } catch (const CLI::ParseError& error) {
    // The parser would say of a word it does not know only that a command is missing.
    const bool unknown = argc > 1 && argv[1][0] != '-' && app.get_subcommands().empty();
    tell(program + ": " + (unknown ? "'" + std::string(argv[1]) + "' is no command" : error.what()) + "; see " +
         command_of(app) + " --help");
    return static_cast<int>(ExitCode::usage);
  } catch (...) {
    return explain_current_exception(program);
  }
}

void tell(const std::string& line) {
  const std::string whole = line + "\n";
  std::string_view left = whole;
  while (!left.empty()) {
    const ssize_t written = write(STDERR_FILENO, left.data(), left.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
  }
}

const std::atomic<bool>& stop_flag() { return stop_requested; }

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
}

std::string figure(double value, int digits) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string seconds_text(double seconds) {
  if (seconds < 60) return formatted("%.1f s", seconds);
  if (seconds < 5400) return formatted("%.0f min", seconds / 60);
  return formatted("%.1f h", seconds / 3600);
}

std::string bytes_text(double bytes) {
  constexpr std::array<const char*, 5> formats{"%.0f B", "%.0f kB", "%.1f MB", "%.2f GB", "%.2f TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < formats.size()) {
    bytes /= 1000;
    ++unit;
  }
  return formatted(formats[unit], bytes);
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string refuse_negative(const std::string& text) {
  return text.starts_with('-') ? "must not be negative" : std::string();
}

Usage usage_so_far() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return {.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .peak_bytes = static_cast<double>(usage.ru_maxrss) * 1024.0};
}

}  // namespace fedloom::apps
