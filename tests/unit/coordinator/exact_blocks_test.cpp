#include "coordinator/exact_blocks.hpp"

#include <gtest/gtest.h>

#include <set>

#include "unit/coordinator/toy_run.hpp"

namespace fedloom::coordinator {
namespace {

using schema::Marginal;

config::Experiment toy() { return test::toy_experiment(config::Trust::aggregate, 1.0); }

std::vector<Marginal> asked(const boundary::RoundPlan& plan) {
  std::vector<Marginal> marginals;
  for (const auto& planned : plan.queries) marginals.push_back(planned.query.marginal);
  return marginals;
}

TEST(ExactBlocks, BeginWithTheCountAndTheOneWays) {
  const ExactBlocks blocks(toy(), {}, 1U << 20);
  EXPECT_EQ(asked(blocks.plan(0)), (std::vector<Marginal>{Marginal(), {0}, {1}, {2}, {3}, {4}}));
  EXPECT_EQ(blocks.plan(0).round, 1U);
  EXPECT_EQ(blocks.needed_for({{2}, Marginal()}), 1U);
}

TEST(ExactBlocks, HoldTheWholeWorkloadEachOnceAndNoBlockTooLong) {
  const auto experiment = toy();
  constexpr std::uint64_t most = 60;
  const ExactBlocks blocks(experiment, {}, most);
  ASSERT_GT(blocks.size(), 3U);
  std::set<Marginal> seen;
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    const auto plan = blocks.plan(k);
    EXPECT_TRUE(boundary::fits(plan, experiment.schema.domain()));
    EXPECT_LE(plan.length(experiment.schema.domain()), most);
    EXPECT_TRUE(plan.curator.has_value());
    for (const auto& marginal : asked(plan)) {
      EXPECT_TRUE(seen.insert(marginal).second) << "opened once";
      EXPECT_EQ(blocks.needed_for({marginal}), k + 1);
    }
  }
  EXPECT_EQ(seen.size(), 1 + 5 + 10 + 10U);
  EXPECT_EQ(blocks.needed_for({{0, 9}}), 0U);
}

TEST(ExactBlocks, AreTheSameOnEveryStart) {
  const ExactBlocks first(toy(), {}, 60), second(toy(), {}, 60);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t k = 0; k < first.size(); ++k) EXPECT_EQ(first.plan(k), second.plan(k));
}

TEST(ExactBlocks, AreTheOneWaysAloneWhereNothingElseIsAskedFor) {
  auto experiment = toy();
  experiment.generator.method = config::Method::independent;
  EXPECT_EQ(ExactBlocks(experiment, {}, 60).size(), 1U);
}

TEST(ExactBlocks, AreOverTheRunsBinsButForTheFirst) {
  const auto experiment = toy();
  const schema::Coarsening coarsening({{.attribute = 1, .bin_of = {0, 0, 1, 1}}});
  const ExactBlocks blocks(experiment, coarsening, 1U << 20);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_TRUE(blocks.plan(0).coarsening.empty());
  EXPECT_EQ(blocks.plan(1).coarsening, coarsening);
  EXPECT_EQ(blocks.plan(0), ExactBlocks(experiment, {}, 1U << 20).plan(0)) << "whatever the bins will be";
}

}  // namespace
}  // namespace fedloom::coordinator
