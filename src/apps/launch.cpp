// Watching over one mpirun.

#include <csignal>
#include <thread>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/error.hpp"
#include "launcher.hpp"
#include "mpirun_process.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {

constexpr Millis look_every{50};
/// mpirun asked to end gives its processes a second; then it is ended itself.
constexpr Millis end_limit{10000};

/// Containers often forbid the kernel call that Open MPI's shared-memory transport would use; without it nothing is
/// lost here but a warning.
constexpr const char* no_single_copy = "OMPI_MCA_btl_vader_single_copy_mechanism=none";
/// Open MPI 4.1 writes "PMIX ERROR: BAD-PARAM" to the terminal for every process that does not come through
/// MPI_Finalize, which under --enable-recovery is each of them.
constexpr const char* no_death_notes = "PMIX_OUTPUT_REDIRECT=syslog";

/// Asks for a clean stop, once, when this process was asked for one. USR1 goes on to every rank; TERM would kill them.
class StopRelay {
 public:
  void pass_on(const MpirunProcess& mpirun) {
    if (!stop_flag().load() || done_) return;
    done_ = true;
    mpirun.signal(SIGUSR1);
  }

 private:
  bool done_ = false;
};

class SurvivingRun {
 public:
  SurvivingRun(const std::vector<std::string>& line, const OutcomeWatch& watch, const Patience& patience)
      : mpirun_(line, {no_single_copy, no_death_notes}), watch_(watch), patience_(patience) {}

  int wait() {
    for (;;) {
      const auto mpirun_code = mpirun_.ended();
      const auto outcome = watch_.look();
      if (mpirun_code) return verdict(*mpirun_code, outcome);
      relay_.pass_on(mpirun_);
      watch_over(outcome);
      std::this_thread::sleep_for(look_every);
    }
  }

 private:
  using State = OutcomeWatch::State;

  void watch_over(const OutcomeWatch::Outcome& outcome) {
    const Instant now = monotonic_now();
    if (outcome.state == State::ended && !left_at_) left_at_ = now;
    const bool hangs = outcome.state == State::starting && now - started_ >= patience_.start;
    const bool lingers = left_at_ && now - *left_at_ >= patience_.leave;
    if (!ended_at_ && (hangs || lingers || outcome.state == State::died)) {
      hung_ = hangs;
      ended_at_ = now;
      mpirun_.signal(SIGTERM);
    }
    if (ended_at_ && now - *ended_at_ >= end_limit) mpirun_.signal(SIGKILL);
  }

  int verdict(int mpirun_code, const OutcomeWatch::Outcome& outcome) const {
    if (outcome.state == State::ended) return outcome.code;
    if (hung_) {
      throw EnvironmentError("mpirun", "not every process came up",
                             "see what each says above; one that dies before all are there holds up the others");
    }
    // mpirun's own trouble, or a death before there was anything to survive.
    if (mpirun_code != 0 && !ended_at_) return mpirun_code;
    throw PeerError("the coordinator", "ended without a word", "see the system's log, then start again with --resume");
  }

  MpirunProcess mpirun_;
  const OutcomeWatch& watch_;
  StopRelay relay_;
  Patience patience_;
  Instant started_ = monotonic_now();
  std::optional<Instant> left_at_;
  std::optional<Instant> ended_at_;  ///< when mpirun was asked to end
  bool hung_ = false;
};

}  // namespace

int launch(const std::vector<std::string>& line) {
  catch_stop_signals();
  MpirunProcess mpirun(line, {no_single_copy});
  StopRelay relay;
  for (;;) {
    if (const auto code = mpirun.ended()) return *code;
    relay.pass_on(mpirun);
    std::this_thread::sleep_for(look_every);
  }
}

int launch_surviving(const std::vector<std::string>& line, const OutcomeWatch& outcome, const Patience& patience) {
  catch_stop_signals();
  return SurvivingRun(line, outcome, patience).wait();
}

}  // namespace fedloom::apps
