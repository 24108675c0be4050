// A kill between any two actions of a run, one after another: whatever is on the disks is enough to go on from.

#include <iostream>

#include "schedule_runs.hpp"

namespace fedloom::fault {
namespace {

Schedule schedule_with(const Quorum& quorum, std::vector<Kill> kills) {
  Schedule schedule = calm_schedule(quorum, 11);
  schedule.rounds = 2;
  schedule.kills = std::move(kills);
  schedule.site_restarts = 3;
  // All or nothing: a loss ends the run, and a person takes it up again. So with a coordinator that is gone when the
  // sites have said goodbye.
  schedule.resumes = 2;
  return schedule;
}

/// Kills at the 1st, 2nd, … point until the run is over before it comes. Gives how many there were.
std::uint64_t kill_at_every_point(const Quorum& quorum, std::optional<std::size_t> place) {
  for (std::uint64_t at = 1;; ++at) {
    Tally tally;
    Laboratory lab(schedule_with(quorum, {{place, at}}), tally);
    lab.run();
    expect_no_rule_broken(lab);
    EXPECT_TRUE(lab.finished()) << "killed at point " << at << ": " << lab.outcome();
    EXPECT_GE(lab.sums().size(), 1U) << at;
    const auto killed = tally.lower_bound(place ? "site killed" : "coordinator killed");
    if (killed == tally.end() || killed->first.find("killed") == std::string::npos) return at - 1;
  }
}

constexpr Quorum recovering{.sites = 3, .dropouts = 1}, all_or_nothing{.sites = 3};

TEST(KilledBetweenAnyTwoActions, ASiteComesBackAndTheRunIsFinished) {
  EXPECT_GT(kill_at_every_point(recovering, 1), 60U);
}
TEST(KilledBetweenAnyTwoActions, TheCoordinatorComesBackAndTheRunIsFinished) {
  EXPECT_GT(kill_at_every_point(recovering, std::nullopt), 90U);
}
TEST(KilledBetweenAnyTwoActions, ASiteOfAnAllOrNothingRunComesBackAndTheRunIsFinished) {
  EXPECT_GT(kill_at_every_point(all_or_nothing, 1), 40U);
}
TEST(KilledBetweenAnyTwoActions, TheCoordinatorOfAnAllOrNothingRunComesBackAndTheRunIsFinished) {
  EXPECT_GT(kill_at_every_point(all_or_nothing, std::nullopt), 50U);
}

// Every point has a name, and each is met in the runs above.
TEST(KilledBetweenAnyTwoActions, MeansBeforeAndAfterEverythingThatASiteDoes) {
  Tally tally;
  for (std::uint64_t at = 1; at < 110; ++at) Laboratory(schedule_with(recovering, {{1, at}}), tally).run();
  for (const char* action : {"Join", "StoreSession", "Advertise", "StoreHeads", "Offer", "Prepare", "StoreSealed",
                             "SendSealed", "Agree", "StoreDecision", "Unmask", "Goodbye"}) {
    EXPECT_GT(tally[std::string("site killed before ") + action], 0U) << action;
    EXPECT_GT(tally[std::string("site killed after ") + action], 0U) << action;
  }
  EXPECT_GT(tally["site killed inside Prepare"], 0U);
  EXPECT_GT(tally["site killed inside SendSealed after 1"], 0U);
}

}  // namespace
}  // namespace fedloom::fault
