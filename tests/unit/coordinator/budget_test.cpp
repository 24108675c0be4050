#include "coordinator/budget.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fedloom/base/error.hpp"
#include "toy_run.hpp"

namespace fedloom::coordinator::test {
namespace {

config::Experiment with_thresholds(std::uint32_t colluding, std::uint32_t dropouts) {
  auto experiment = toy_experiment(config::Trust::none, 1.0);
  experiment.privacy.colluding_sites = colluding;
  experiment.privacy.dropouts = dropouts;
  return experiment;
}

TEST(Crowd, CountsOnTheNoiseOfSitesThatNeitherColludeNorDropOut) {
  for (std::uint32_t sites = 2; sites <= 10; ++sites) {
    for (std::uint32_t colluding = 1; colluding < sites; ++colluding) {
      for (std::uint32_t dropouts = 0; colluding + dropouts < sites; ++dropouts) {
        const Crowd crowd = Crowd::of(with_thresholds(colluding, dropouts), sites);
        EXPECT_EQ(crowd.contributors, sites - colluding - dropouts);
        EXPECT_EQ(crowd.contributors, (Quorum{sites, colluding, dropouts, Coordinator::curious}).contributors());
      }
    }
  }
}

TEST(Crowd, PaysForDropoutsWithNoiseWhenNobodyDropsOut) {
  EXPECT_DOUBLE_EQ(Crowd::of(with_thresholds(2, 3), 10).inflation(), std::sqrt(10.0 / 5.0));
  EXPECT_DOUBLE_EQ(Crowd::of(with_thresholds(2, 0), 10).inflation(), std::sqrt(10.0 / 8.0));
}

TEST(Crowd, RefusesThresholdsThatLeaveNobody) {
  EXPECT_THROW(Crowd::of(with_thresholds(2, 1), 3), ConfigError);
  EXPECT_NO_THROW(Crowd::of(with_thresholds(1, 1), 3));
}

TEST(Crowd, OfOneOwnerIsTheOwnerAlone) {
  const Crowd crowd = Crowd::of(toy_experiment(config::Trust::central, 1.0), 1);
  EXPECT_EQ(crowd.contributors, 1u);
  EXPECT_DOUBLE_EQ(crowd.inflation(), 1.0);
}

TEST(OneWayShares, GoWithTheTwoThirdPowerOfTheCodesUpToTheWidestShare) {
  const auto shares = one_way_shares(schema::Domain({{"a", 8}, {"b", 1}, {"c", 256}, {"d", 50000}}), 0.5);
  EXPECT_NEAR(shares[0].part / shares[1].part, 4.0, 1e-9);
  EXPECT_DOUBLE_EQ(shares[3].part, shares[2].part) << "a very wide attribute leaves the others their part";
  double sum = 0;
  for (const Share& share : shares) sum += share.part;
  EXPECT_NEAR(sum, 0.5, 1e-12);
}

}  // namespace
}  // namespace fedloom::coordinator::test
