#include "fedloom/site/policy_check.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "fedloom/site/site_runner.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {
using secagg::RefusalCode;

struct Broken {
  const char* name;
  std::function<void(SiteWorld&)> breaks;
  RefusalCode code;
  const char* says;
};

class ExperimentCheck : public ::testing::TestWithParam<Broken> {};

TEST_P(ExperimentCheck, RefusesWithTheReason) {
  SiteWorld world;
  ASSERT_FALSE(site::check_experiment(world.policies[0], world.experiment)) << "the world is sound before it is broken";
  GetParam().breaks(world);
  const auto refusal = site::check_experiment(world.policies[0], world.experiment);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, GetParam().code);
  EXPECT_NE(refusal->reason.find(GetParam().says), std::string::npos) << refusal->reason;
}

INSTANTIATE_TEST_SUITE_P(
    Site, ExperimentCheck,
    ::testing::Values(
        Broken{"trust", [](SiteWorld& w) { w.policies[0].allow.trust = {config::Trust::central}; }, RefusalCode::policy,
               "allow.trust: the experiment asks for trust: none"},
        Broken{"min_sites", [](SiteWorld& w) { w.policies[0].allow.min_sites = 4; }, RefusalCode::policy,
               "allow.min_sites: the roster has 3 sites, this policy wants at least 4"},
        Broken{"colluders", [](SiteWorld& w) { w.policies[0].allow.min_colluding_sites = 2; }, RefusalCode::policy,
               "allow.min_colluding_sites"},
        Broken{"dropouts", [](SiteWorld& w) { w.experiment.privacy.dropouts = 1; }, RefusalCode::policy,
               "allow.max_dropouts"},
        Broken{"coordinator", [](SiteWorld& w) { w.policies[0].allow.coordinator = Coordinator::malicious; },
               RefusalCode::policy, "allow.coordinator: the experiment withstands a curious coordinator only"},
        Broken{"fingerprint", [](SiteWorld& w) { w.policies[0].allow.roster_fingerprint[3] ^= 1; }, RefusalCode::roster,
               "allow.roster_fingerprint"},
        Broken{"columns", [](SiteWorld& w) { w.policies[0].allow.columns.pop_back(); }, RefusalCode::policy,
               "allow.columns: the experiment models column 'c'"},
        Broken{"column_under_another_name",
               [](SiteWorld& w) {
                 auto attributes = w.experiment.schema.attributes();
                 attributes[0].origin.columns = {"diagnosis"};
                 w.experiment.schema = schema::Schema(attributes, {});
               },
               RefusalCode::policy, "allow.columns: the experiment models column 'diagnosis'"},
        Broken{"max_rows", [](SiteWorld& w) { w.policies[0].max_rows = 2; }, RefusalCode::policy, "unit.max_rows"},
        Broken{"max_sites", [](SiteWorld& w) { w.policies[0].max_sites = 2; }, RefusalCode::policy, "unit.max_sites"},
        Broken{"tick", [](SiteWorld& w) { w.experiment.transport.tick = Millis(4); }, RefusalCode::policy,
               "allow.min_tick: the experiment's transport.tick is 4 ms, this policy wants at least 5 ms"},
        Broken{"delta", [](SiteWorld& w) { w.experiment.privacy.delta = {1e-6}; }, RefusalCode::policy, "allow.delta"},
        Broken{"epsilon", [](SiteWorld& w) { w.experiment.privacy.epsilon = {1.25}; }, RefusalCode::budget_run,
               "wants epsilon 1.25, this policy allows 1 a run"}),
    [](const auto& tested) { return tested.param.name; });

TEST(ExperimentCheckOfThresholds, TakesWhatThePolicyAllows) {
  SiteWorld world;
  world.policies[0].allow.max_dropouts = 1;
  world.experiment.privacy.dropouts = 1;
  EXPECT_FALSE(site::check_experiment(world.policies[0], world.experiment));
  world.experiment.privacy = {.epsilon = {1.0}, .delta = {1e-9}, .coordinator = Coordinator::malicious};
  EXPECT_FALSE(site::check_experiment(world.policies[0], world.experiment)) << "more than a curious policy asks for";
  world.policies[0].allow.coordinator = Coordinator::malicious;
  EXPECT_FALSE(site::check_experiment(world.policies[0], world.experiment));
}

TEST(ExperimentCheckOfOneOwner, AsksForNoTick) {
  SiteWorld world;
  world.policies[0].allow.trust = {config::Trust::central};
  world.experiment.privacy.trust = config::Trust::central;
  world.experiment.roster.reset();
  world.experiment.transport.tick = Millis(1);
  EXPECT_FALSE(site::check_experiment(world.policies[0], world.experiment));
}

struct BrokenPlan {
  const char* name;
  std::function<void(boundary::RoundPlan&)> breaks;
  const char* says;
};

class PlanCheck : public ::testing::TestWithParam<BrokenPlan> {};

TEST_P(PlanCheck, RefusesWithTheReason) {
  SiteWorld world;
  auto plan = world.plan();
  ASSERT_FALSE(site::check_plan(world.policies[0], world.experiment, plan));
  GetParam().breaks(plan);
  const auto refusal = site::check_plan(world.policies[0], world.experiment, plan);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, RefusalCode::protocol);
  EXPECT_NE(refusal->reason.find(GetParam().says), std::string::npos) << refusal->reason;
}

INSTANTIATE_TEST_SUITE_P(
    Site, PlanCheck,
    ::testing::Values(
        BrokenPlan{"empty", [](auto& plan) { plan.queries.clear(); }, "is empty"},
        BrokenPlan{"round_zero", [](auto& plan) { plan.round = 0; }, "is empty"},
        BrokenPlan{"noise_of_all_three", [](auto& plan) { plan.contributors = 3; }, "counts on more noise"},
        BrokenPlan{"noise_of_nobody", [](auto& plan) { plan.contributors = 0; }, "counts on more noise"},
        BrokenPlan{"no_entity", [](auto& plan) { plan.entity_rows = 0; }, "smaller entities"},
        BrokenPlan{"other_column", [](auto& plan) { plan.queries[1].query.marginal = {7}; }, "outside the schema"},
        BrokenPlan{"bins_of_other_codes",
                   [](auto& plan) {
                     plan.coarsening = schema::Coarsening({{0, {0, 0, 1, 1}}});
                   },
                   "merges values"},
        BrokenPlan{"twice", [](auto& plan) { plan.queries[2] = plan.queries[1]; }, "the same thing twice"},
        BrokenPlan{"thin_noise", [](auto& plan) { plan.queries[0].site_noise = {.variance_num = 15}; },
                   "below 4 grid units"},
        BrokenPlan{"sketch_of_nothing",
                   [](auto& plan) {
                     plan.queries[1].query.kind = schema::Query::Kind::sketch;
                     plan.queries[1].query.sketch_rows = 0;
                   },
                   "impossible size"}),
    [](const auto& tested) { return tested.param.name; });

/// Sites of whose noise a plan may at most count on, by trying.
std::uint32_t most_contributors(const SiteWorld& world) {
  std::uint32_t most = 0;
  for (std::uint32_t m = 1; m <= world.sites(); ++m) {
    auto plan = world.plan();
    plan.contributors = m;
    if (!site::check_plan(world.policies[0], world.experiment, plan)) most = m;
  }
  return most;
}

TEST(PlanCheckOfThresholds, CountsOnNeitherColludersNorDropouts) {
  SiteWorld world;
  EXPECT_EQ(most_contributors(world), 2u) << "3 sites, 1 colluding";
  world.experiment.privacy.dropouts = 1;
  EXPECT_EQ(most_contributors(world), 1u) << "and 1 lost";
  world.experiment.privacy.dropouts = 2;
  EXPECT_EQ(most_contributors(world), 0u) << "impossible thresholds allow no plan at all";
}

TEST(PlanCheckOfThresholds, CountsOnNoFewerColludersThanThePolicyAssumes) {
  SiteWorld world;
  world.policies[0].allow.min_colluding_sites = 2;
  EXPECT_EQ(most_contributors(world), 1u);
}

TEST(PlanCheckOfThresholds, NeverTakesAStoredShareWhereSitesMayDropOut) {
  SiteWorld world;
  auto plan = world.plan();
  plan.contributors = 1;
  plan.reuse = true;
  EXPECT_FALSE(site::check_plan(world.policies[0], world.experiment, plan));
  world.experiment.privacy.dropouts = 1;
  const auto refusal = site::check_plan(world.policies[0], world.experiment, plan);
  ASSERT_TRUE(refusal);
  EXPECT_NE(refusal->reason.find("a stored share once more"), std::string::npos) << refusal->reason;
}

TEST(AllowedColumns, ThatTheSchemaDoesNotKnowAreNamed) {
  SiteWorld world;
  EXPECT_TRUE(site::unknown_columns(world.policies[0], world.experiment).empty());
  world.policies[0].allow.columns.push_back("taste");
  EXPECT_EQ(site::unknown_columns(world.policies[0], world.experiment), std::vector<std::string>{"taste"});
  EXPECT_FALSE(site::check_experiment(world.policies[0], world.experiment)) << "a warning, no refusal";
}

TEST(PolicyCheck, KnowsWhereNoIdentifierSaysWhoseARowIs) {
  SiteWorld world;
  EXPECT_TRUE(site::unbound_ids(world.policies[0], world.experiment).empty()) << "no identifier";
  world.experiment.schema = schema::Schema(world.experiment.schema.attributes(), {"visit", "patient"});
  world.policies[0].unit_column.reset();
  EXPECT_EQ(site::unbound_ids(world.policies[0], world.experiment), (std::vector<std::string>{"visit", "patient"}));
  world.policies[0].unit_column = "ward";
  EXPECT_EQ(site::unbound_ids(world.policies[0], world.experiment).size(), 2U);
  world.policies[0].unit_column = "patient";
  EXPECT_TRUE(site::unbound_ids(world.policies[0], world.experiment).empty());
}

TEST(PolicyLimits, TakeTheSmallerOfPolicyAndExperiment) {
  SiteWorld world;
  const auto asked = privacy::rho_of({1.0}, {1e-9});
  EXPECT_EQ(site::limits(world.policies[0], world.experiment).per_run, asked);
  world.policies[0].allow.epsilon_per_run = {0.5};
  EXPECT_EQ(site::limits(world.policies[0], world.experiment).per_run, privacy::rho_of({0.5}, {1e-9}));
  EXPECT_EQ(site::limits(world.policies[0], world.experiment).lifetime, privacy::rho_of({1.5}, {1e-9}));
  world.policies[0].data_class = config::DataClass::public_data;
  EXPECT_FALSE(site::limits(world.policies[0], world.experiment).lifetime);
}

TEST(Approval, ByHandIsAskedForOnceForEachExperiment) {
  SiteWorld world;
  world.policies[0].approve_automatic = false;
  const auto key = SiteWorld::key(0);
  SplitMixRandom random(1);
  const auto run = world.run(0, key, random);
  const auto refusal = site::check_before_joining(run);
  ASSERT_TRUE(refusal);
  EXPECT_NE(refusal->reason.find("--approve"), std::string::npos);
  site::approve(world.policies[0], world.experiment.hash());
  EXPECT_FALSE(site::check_before_joining(run));
  EXPECT_FALSE(site::is_approved(world.policies[1], world.experiment.hash())) << "one custodian speaks for one site";
  world.experiment.seed = 99;
  EXPECT_TRUE(site::check_before_joining(run)) << "another experiment needs its own approval";
}

TEST(Joining, NeedsTheKeyThatTheRosterNames) {
  SiteWorld world;
  const auto wrong = SiteWorld::key(1);
  SplitMixRandom random(1);
  const auto refusal = site::check_before_joining(world.run(0, wrong, random));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, RefusalCode::roster);
}

}  // namespace
}  // namespace fedloom::test
