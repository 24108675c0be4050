#pragma once
// A run from the first round to the written rows: asks the loop what to do, has the source do it, keeps the run's
// folder true after every step, and stops cleanly when asked to.

#include <atomic>
#include <functional>
#include <string>

#include "fedloom/base/error.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/coordinator/measurement_source.hpp"
#include "fedloom/coordinator/run_folder.hpp"

namespace fedloom::coordinator {

struct ConductOptions {
  std::function<void(const RoundRecord&)> on_round;  ///< after each round
  std::function<void(const std::string&)> on_note;   ///< a line for the person
  const std::atomic<bool>* stop = nullptr;
  train::Compute compute{};  ///< where fits run
};

/// What a run made, for the last lines on the terminal.
struct RunResult {
  std::uint64_t rows_written = 0;
  double rho_budget = 0, rho_spent = 0;
  double epsilon_spent = 0;
  double seconds = 0;
};

/// Stopped on a signal: the checkpoint is written and the sites are released.
struct StoppedCleanly : Interrupted {
  using Interrupted::Interrupted;
};

/// Before anything is asked of a site. Throws EnvironmentError: the experiment wants files that this build cannot
/// write.
void require_formats(const config::Experiment& experiment, bool has_parquet);
void require_formats(const config::Experiment& experiment);

/// `source` is open: all sites have joined. Goes on from the folder's checkpoint if it has one. Writes everything of
/// public/ but report.html. Throws StoppedCleanly after a stop, UsageError when the sites know the run's name already,
/// BudgetError when nothing is left to measure with.
RunResult conduct(const config::Experiment& experiment, RunFolder& folder, MeasurementSource& source,
                  const ConductOptions& options);

}  // namespace fedloom::coordinator
