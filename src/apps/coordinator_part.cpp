#include "coordinator_part.hpp"

#include "fedloom/base/clock.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/train/fit.hpp"
#include "program.hpp"
#include "world.hpp"

namespace fedloom::apps {
namespace {

/// mpirun gives the code of the first process that fails: let that be the first rank, which knows the cause.
constexpr Millis first_rank_leaves_first{1500};

}  // namespace

ExitCode fit_as_part(const std::string& experiment, const transport::Place& place, transport::MpiTransport& transport) {
  try {
    require_roster(config::load_experiment(experiment));
    RankGroup* ranks = transport.coordinator_ranks();
    if (ranks == nullptr) {
      throw EnvironmentError("mpirun", "part 1 of fedloom-coordinator is not rank 0",
                             "name the coordinator's parts first on the mpirun line");
    }
    train::serve_fits(*ranks);
    return ExitCode::ok;
  } catch (const std::exception&) {
    explain_current_exception("fedloom-coordinator [part " + std::to_string(place.part + 1) + " of " +
                              std::to_string(place.parts) + "]");
    transport.give_up_part();
    transport.mark_failed();
    sleep_until(monotonic_now() + first_rank_leaves_first);
    return ExitCode::peer;
  }
}

void dismiss_fitting_parts(transport::MpiTransport& transport) noexcept {
  RankGroup* ranks = transport.coordinator_ranks();
  if (ranks == nullptr) return;
  try {
    train::end_fits(*ranks);
  } catch (const std::exception&) {
    // One of them is gone already; all that it was needed for is done.
  }
}

}  // namespace fedloom::apps
