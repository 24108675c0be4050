#include "world.hpp"

#include "fedloom/base/error.hpp"

namespace fedloom::apps {

void check_world(const Roster& roster, const transport::Transport& transport) {
  const std::size_t expected = roster.size() + 1;
  if (transport.world() == expected) return;
  throw EnvironmentError("mpirun",
                         "started " + std::to_string(transport.world()) + " processes, but the roster needs " +
                             std::to_string(expected) + " (one coordinator and " + std::to_string(roster.size()) +
                             " sites)",
                         "start exactly one fedloom-site for each site of the roster, in one mpirun");
}

void require_roster(const config::Experiment& experiment) {
  if (experiment.roster) return;
  throw UsageError("this experiment says trust: central, which runs in one process",
                   "start it with `fedloom run " + experiment.file.string() + "`");
}

std::string run_id_of(const std::filesystem::path& out) {
  auto path = std::filesystem::absolute(out).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

}  // namespace fedloom::apps
