#pragma once
// This program as its own child: whole runs inside a sweep or an audit.

#include <filesystem>
#include <string>
#include <vector>

namespace fedloom::apps {

struct SelfEnded {
  int status = 0;  ///< as wait(2) gives it
  double cpu_seconds = 0, peak_mb = 0;
};

/// Runs this program with other words, its output into `log`, and waits for it; a stop signal is passed on. Time and
/// memory are those of the child and of all that it waited for. Throws EnvironmentError.
SelfEnded run_self(std::vector<std::string> words, const std::filesystem::path& log);

}  // namespace fedloom::apps
