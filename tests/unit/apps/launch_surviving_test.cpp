// A shell stands for mpirun and for the coordinator under it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "apps/launcher.hpp"
#include "apps/outcome_file.hpp"
#include "fedloom/base/error.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

using State = OutcomeWatch::State;

class Surviving : public testing::Test {
 protected:
  Surviving() {
    if (geteuid() == 0) {
      setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
      setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    }
  }

  /// `script` finds the file as $F, and `lives` and `gives CODE` for what a coordinator does to it.
  int launch(const std::string& script, const Patience& patience = {}) const {
    const std::string words = "F='" + watch_.file().string() +
                              "'\n"
                              "lives() { exec 9<>\"$F\"; flock 9; echo \"running $(uname -n)\" >&9; }\n"
                              "gives() { echo \"ended $1\" >\"$F\"; }\n";
    return launch_surviving({"sh", "-c", words + script}, watch_, patience);
  }

  test::TempFolder folder_;
  OutcomeWatch watch_{folder_ / "new" / "run"};
};

TEST_F(Surviving, GivesTheCoordinatorsCodeWhateverMpirunGives) {
  EXPECT_EQ(launch("lives; gives 10; exit 0"), 10);
  EXPECT_EQ(launch("lives; gives 0; exit 137"), 0);
}

TEST_F(Surviving, GivesMpirunsCodeWhenThereWasNoCoordinator) { EXPECT_EQ(launch("exit 7"), 7); }

TEST_F(Surviving, SaysThatTheCoordinatorEndedWithoutAWord) {
  EXPECT_THROW(launch("exit 0"), PeerError);
  EXPECT_THROW(launch("lives; exit 0"), PeerError);
}

TEST_F(Surviving, EndsTheSitesOfAKilledCoordinator) {
  const Instant before = monotonic_now();
  EXPECT_THROW(launch("lives; exec 9>&-; exec sleep 60"), PeerError);
  EXPECT_LT(monotonic_now() - before, Millis(5000));
}

TEST_F(Surviving, DoesNotWaitForEverForProcessesToComeUp) {
  const Instant before = monotonic_now();
  EXPECT_THROW(launch("exec sleep 60", {.start = Millis(200)}), EnvironmentError);
  EXPECT_LT(monotonic_now() - before, Millis(5000));
  EXPECT_EQ(launch("lives; sleep 1; gives 0", {.start = Millis(300)}), 0);  // one that runs is not hurried
}

TEST_F(Surviving, EndsWhatStillRunsLongAfterTheCoordinatorHasLeft) {
  const Instant before = monotonic_now();
  EXPECT_EQ(launch("lives; gives 3; exec 9>&-; exec sleep 60", {.leave = Millis(300)}), 3);
  EXPECT_GE(monotonic_now() - before, Millis(300));
  EXPECT_LT(monotonic_now() - before, Millis(5000));
}

TEST(Outcome, IsSeenAtEachStep) {
  const test::TempFolder folder;
  const OutcomeWatch watch(folder / "run");
  EXPECT_EQ(watch.look().state, State::starting);
  OutcomeFile file(watch.file());
  EXPECT_EQ(watch.look().state, State::starting);
  file.running();
  EXPECT_EQ(watch.look().state, State::running);
  file.ended(8);
  EXPECT_EQ(watch.look().state, State::ended);
  EXPECT_EQ(watch.look().code, 8);
}

TEST(Outcome, OfAProcessThatIsGoneWithoutAnEndIsADeath) {
  const test::TempFolder folder;
  const OutcomeWatch watch(folder / "run");
  { const OutcomeFile file(watch.file()); }
  EXPECT_EQ(watch.look().state, State::died);  // even before it runs
  { OutcomeFile(watch.file()).running(); }
  EXPECT_EQ(watch.look().state, State::died);
  { OutcomeFile(watch.file()).ended(0); }
  EXPECT_EQ(watch.look().state, State::ended);
}

TEST(Outcome, LeavesNothingBesideTheRun) {
  const test::TempFolder folder;
  fs::path file;
  {
    const OutcomeWatch watch(folder / "run");
    file = watch.file();
    EXPECT_TRUE(fs::exists(file));
    EXPECT_NE(file, OutcomeWatch(folder / "run").file());
  }
  EXPECT_FALSE(fs::exists(file));
  EXPECT_THROW(OutcomeFile{file}, EnvironmentError);
}

}  // namespace
}  // namespace fedloom::apps
