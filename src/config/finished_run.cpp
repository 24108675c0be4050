#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::config {

Experiment experiment_of(const std::filesystem::path& run) {
  const std::filesystem::path file = run / "public" / "config.resolved.yaml";
  if (!std::filesystem::exists(file)) {
    throw UsageError(run.string() + " is no folder of a finished run",
                     "name a folder that `fedloom run` made (runs/<name>-…)");
  }
  return load_experiment(file);
}

}  // namespace fedloom::config
