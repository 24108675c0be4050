#pragma once
// What the three programs share: errors to one line and an exit code, signals to a flag.

#include <atomic>
#include <functional>
#include <string>

#include "fedloom/base/error.hpp"

namespace CLI {
class App;
}

namespace fedloom::apps {

/// Parses, runs the chosen command, and turns every exception into "program: sentence" on stderr and an exit code.
int run_program(CLI::App& app, int argc, char** argv);

/// In a catch clause: the sentence on stderr; gives the exit code.
int explain_current_exception(const std::string& program);

/// One line on stderr, in one write: mpirun gathers the lines of all processes, and would mix those that come in
/// pieces.
void tell(const std::string& line);

/// Set once SIGTERM, SIGINT or SIGUSR1 (a batch system's warning) has come.
const std::atomic<bool>& stop_flag();
void catch_stop_signals();

/// "12.3 s", "4 min", "1.2 GB", "1,234,567" for people.
std::string seconds_text(double seconds);
std::string bytes_text(double bytes);
std::string grouped(std::uint64_t number);
/// Fixed number of significant digits.
std::string figure(double value, int digits);

/// For options that are whole numbers: a minus sign is refused, which the parser would take for a very large number.
std::string refuse_negative(const std::string& text);

/// Peak memory in bytes and CPU seconds (user + system) of this process.
struct Usage {
  double cpu_seconds = 0;
  double peak_bytes = 0;
};
Usage usage_so_far();

}  // namespace fedloom::apps
