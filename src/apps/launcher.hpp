#pragma once
// `fedloom run`: the mpirun line, and the single owner's run in this process.

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/config/config.hpp"

namespace fedloom::apps {

struct LaunchOptions {
  std::filesystem::path experiment;
  std::filesystem::path sites;  ///< folder with one *.policy.yaml a site
  std::filesystem::path out;
  bool resume = false;
};

/// Policies of the folder in roster order. Throws ConfigError when one is missing or too many.
std::vector<std::filesystem::path> find_policies(const config::Experiment& experiment,
                                                 const std::filesystem::path& folder);

/// A folder's name that no run has had: runs/<name>-<utc>-<random>.
std::filesystem::path fresh_run_folder(const std::string& name);

/// The mpirun command line, one argument each.
std::vector<std::string> mpirun_line(const LaunchOptions& options, const std::vector<std::filesystem::path>& policies);

/// Runs it, forwards stop signals, gives back its exit code. Throws EnvironmentError when mpirun cannot be started.
int launch(const std::vector<std::string>& line);

/// trust: central, in this process.
void run_central(const config::Experiment& experiment, const LaunchOptions& options);

}  // namespace fedloom::apps
