#pragma once
// `fedloom run`: the mpirun line, and the single owner's run in this process.

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/base/clock.hpp"
#include "fedloom/config/config.hpp"
#include "live_option.hpp"
#include "outcome_file.hpp"

namespace CLI {
class App;
}

namespace fedloom::apps {

/// How many processes each party is, and where the generator is fitted.
struct Resources {
  unsigned per_site = 1;
  unsigned coordinator = 1;
  bool gpu = false;
  LiveOption live;
};

struct LaunchOptions {
  std::filesystem::path experiment;
  std::filesystem::path sites;  ///< folder with one *.policy.yaml a site
  std::filesystem::path out;
  Resources resources{};
  bool resume = false;
  bool survive_losses = false;    ///< --enable-recovery: a site that dies does not end the others
  std::filesystem::path outcome;  ///< where the coordinator is to leave its exit code; none: nowhere
};

/// Policies of the folder in roster order. Throws ConfigError when one is missing or too many.
std::vector<std::filesystem::path> find_policies(const config::Experiment& experiment,
                                                 const std::filesystem::path& folder);

/// A folder's name that no run has had: runs/<name>-<utc>-<random>.
std::filesystem::path fresh_run_folder(const std::string& name);

/// --ranks-per-site, --coordinator-ranks, --gpu and --live, for a command that starts mpirun.
void add_resource_options(CLI::App& command, Resources& resources);

/// The mpirun command line, one argument each.
std::vector<std::string> mpirun_line(const LaunchOptions& options, const std::vector<std::filesystem::path>& policies);

/// Runs it, forwards stop signals, gives back its exit code. Throws EnvironmentError when mpirun cannot be started.
int launch(const std::vector<std::string>& line);

struct Patience {
  Millis start{120000};  ///< for all processes to come up; those that did wait in MPI_Init for the others for ever
  Millis leave{20000};   ///< for the sites to leave once the coordinator has: what still runs it had given up
};
/// The same for a line with --enable-recovery, whose exit code says nothing: gives the coordinator's own, which it
/// leaves in `outcome`. Ends mpirun when the coordinator was killed and when patience is at an end. Throws PeerError
/// or EnvironmentError when there is no such code.
int launch_surviving(const std::vector<std::string>& line, const OutcomeWatch& outcome, const Patience& patience);

/// trust: central, in this process. Throws UsageError where several ranks were asked for.
void run_central(const config::Experiment& experiment, const LaunchOptions& options);

}  // namespace fedloom::apps
