// The sum with recovery, whole sessions: who may be lost, when, and what comes of it.

#include <gtest/gtest.h>

#include "harness.hpp"

namespace fedloom::secagg {
namespace {

using test::find;
using test::Simulation;
using test::World;

TEST(Recovery, NobodyLostGivesTheExactTotal) {
  for (std::uint32_t n = 3; n <= 6; ++n) {
    World world(Quorum{.sites = n, .colluding = 1, .dropouts = 1});
    Simulation run(world);
    run.settle();
    for (std::uint32_t round = 1; round <= 3; ++round) {
      run.coordinator.clear();
      run.start_round(world.plan(round));
      run.settle();
      auto* summed = find<RoundSummed>(run.coordinator);
      ASSERT_NE(summed, nullptr) << n << " " << run.protocol().state();
      EXPECT_EQ(summed->total.words(), exact_total(world, 1, world.plan(round)));
      EXPECT_EQ(summed->survivors.size(), n);
    }
    run.close(true);
    run.settle();
    EXPECT_NE(find<SessionClosed>(run.coordinator), nullptr);
  }
}

TEST(Recovery, ASiteDoesNotSignAListThatCostsEnoughButLeavesOutWhatItPaidFor) {
  World world(Quorum{.sites = 4, .colluding = 1, .dropouts = 1});
  Simulation run(world);
  run.settle();
  for (std::uint32_t round = 1; round <= 2; ++round) {
    run.start_round(world.plan(round));
    run.settle();
  }
  run.spends[1] = run.spends[0];  // the same cost, but one round twice
  run.close(true);
  run.settle();
  EXPECT_EQ(find<SessionClosed>(run.coordinator), nullptr);
  ASSERT_NE(find<Failed>(run.coordinator), nullptr);
  for (std::size_t place = 0; place < 4; ++place) {
    const auto* aborted = find<SiteAborted>(run.site[place]);
    ASSERT_NE(aborted, nullptr);
    EXPECT_NE(aborted->reason.find("leaves out something"), std::string::npos);
  }
}

}  // namespace
}  // namespace fedloom::secagg
