#include "fedloom/site/plan_answerer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/site/curator.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

class Answering : public ::testing::Test {
 protected:
  void open(std::size_t rows = 90) {
    answerer_.reset();
    random_ = std::make_unique<SplitMixRandom>(17);
    run_ = world_.run(0, key_, *random_);
    answerer_ = std::make_unique<site::PlanAnswerer>(run_, world_.table(0, rows), log_);
  }
  bool answered(const boundary::RoundPlan& plan) {
    return std::holds_alternative<boundary::NoisedShare>(answerer_->answer(plan));
  }
  site::Refusal refusal(const boundary::RoundPlan& plan) { return std::get<site::Refusal>(answerer_->answer(plan)); }
  std::string ledger_text() const {
    std::ifstream in(world_.policies[0].state / "set0" / "ledger" / "ledger.jsonl");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  SiteWorld world_;
  SigningKey key_ = SiteWorld::key(0);
  site::SiteLog log_{world_.folder.path(), "site0"};
  std::unique_ptr<SplitMixRandom> random_;
  site::SiteRun run_;
  std::unique_ptr<site::PlanAnswerer> answerer_;
};

TEST_F(Answering, BooksTheRoundAtItsCost) {
  open();
  const auto plan = world_.plan();
  ASSERT_TRUE(answered(plan));
  const double cost = boundary::cost_of(plan, world_.experiment.schema.domain()).value;
  EXPECT_NEAR(answerer_->booked().value, cost, 1e-12 * cost);
  EXPECT_NE(ledger_text().find("\"round\":1"), std::string::npos);
  EXPECT_EQ(answerer_->head().entries, 1u);
}

TEST_F(Answering, ARefusedPlanBooksNothing) {
  open();
  auto plan = world_.plan();
  plan.contributors = 3;
  EXPECT_EQ(refusal(plan).code, secagg::RefusalCode::protocol);
  EXPECT_EQ(answerer_->booked().value, 0);
  EXPECT_EQ(ledger_text(), "");
}

TEST_F(Answering, PastTheRunsBudgetItRefusesAndBooksNothing) {
  open();
  auto plan = world_.plan();
  for (auto& planned : plan.queries) planned.site_noise = privacy::noise_scale_at_least(4.0);
  EXPECT_EQ(refusal(plan).code, secagg::RefusalCode::budget_run);
  EXPECT_EQ(ledger_text(), "");
}

TEST_F(Answering, PastTheLifetimeBudgetItRefusesEvenInANewRun) {
  world_.policies[0].allow.epsilon_lifetime = privacy::Epsilon{0.3};
  open();
  ASSERT_TRUE(answered(world_.plan(1)));
  answerer_.reset();
  random_ = std::make_unique<SplitMixRandom>(18);
  run_ = world_.run(0, key_, *random_);
  run_.run_id = "run-2";
  answerer_ = std::make_unique<site::PlanAnswerer>(run_, world_.table(0, 90), log_);
  EXPECT_EQ(refusal(world_.plan(1)).code, secagg::RefusalCode::budget_lifetime);
  EXPECT_EQ(answerer_->booked().value, 0) << "in the new run";
}

TEST_F(Answering, ARunThatTheLifetimeBudgetCannotPayIsRefusedBeforeItsFirstRound) {
  open();
  EXPECT_FALSE(answerer_->check_lifetime()) << "epsilon 1 of 1.5";
  world_.policies[0].allow.epsilon_lifetime = privacy::Epsilon{0.9};
  open();
  const auto refusal = answerer_->check_lifetime();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, secagg::RefusalCode::budget_lifetime);
  EXPECT_NE(refusal->reason.find("0.9"), std::string::npos) << refusal->reason;
}

TEST_F(Answering, AfterACrashTheStoredShareIsSealedAgainAtNoCost) {
  open();
  const auto plan = world_.plan();
  ASSERT_TRUE(answered(plan));
  const auto spent = answerer_->booked();
  open();
  EXPECT_TRUE(answerer_->past().share_held);
  EXPECT_EQ(answerer_->past().round, 1u);
  auto again = plan;
  again.attempt = 1;
  again.reuse = true;
  EXPECT_TRUE(answered(again));
  EXPECT_EQ(answerer_->booked(), spent);
}

TEST_F(Answering, AStoredShareIsNotGivenForAnotherPlan) {
  open();
  ASSERT_TRUE(answered(world_.plan()));
  auto other = world_.plan();
  other.queries.pop_back();
  other.attempt = 1;
  other.reuse = true;
  EXPECT_EQ(refusal(other).code, secagg::RefusalCode::protocol);
}

TEST_F(Answering, TheNextRoundDropsTheLastOnesShare) {
  open();
  ASSERT_TRUE(answered(world_.plan(1)));
  auto second = world_.plan(2);
  ASSERT_TRUE(answered(second));
  EXPECT_EQ(answerer_->past().round, 2u);
  auto first = world_.plan(1);
  first.attempt = 1;
  first.reuse = true;
  EXPECT_EQ(refusal(first).code, secagg::RefusalCode::protocol);
}

TEST(Curator, ReleasesTheCountsWithAllOfTheNoise) {
  SiteWorld world;
  world.experiment.privacy.trust = config::Trust::central;
  world.experiment.roster.reset();
  world.policies[0].allow.trust = {config::Trust::central};
  const auto key = SiteWorld::key(0);
  SplitMixRandom random(5);
  site::SiteLog log(world.folder.path(), "site0");
  site::Curator curator(world.run(0, key, random), world.table(0, 900), log);
  auto plan = world.plan();
  plan.contributors = 1;
  EXPECT_FALSE(curator.holds(plan));
  const auto measured = curator.measure(plan);
  ASSERT_EQ(measured.size(), 4u);
  EXPECT_NEAR(measured[0].sigma, 32.0, 1e-4);
  EXPECT_NEAR(measured[0].value(0), 900.0, 8 * 32.0);
  EXPECT_NEAR(measured[1].value(0) + measured[1].value(1) + measured[1].value(2), 900.0, 8 * 56.0);
  EXPECT_TRUE(curator.holds(plan));
  const double booked = curator.booked().value;
  const auto again = curator.measure(plan);
  EXPECT_EQ(again[0].grid_values, measured[0].grid_values) << "the stored share, not a second draw";
  EXPECT_EQ(curator.booked().value, booked);
}

TEST(Curator, CountsOverTheBinsOfThePlan) {
  SiteWorld world;
  world.experiment.privacy.trust = config::Trust::central;
  world.experiment.roster.reset();
  world.policies[0].allow.trust = {config::Trust::central};
  const auto key = SiteWorld::key(0);
  SplitMixRandom random(5);
  site::SiteLog log(world.folder.path(), "site0");
  site::Curator curator(world.run(0, key, random), world.table(0, 900), log);
  auto coarse = world.plan(1), fine = world.plan(2);
  coarse.contributors = fine.contributors = 1;
  coarse.coarsening = schema::Coarsening({{0, {1, 0, 1}}});
  const auto merged = curator.measure(coarse);
  ASSERT_EQ(merged[1].grid_values.size(), 2u);
  EXPECT_NEAR(merged[1].value(0), 300.0, 8 * 32.0);
  EXPECT_NEAR(merged[1].value(1), 600.0, 8 * 32.0);
  EXPECT_EQ(merged[1].coarsening, coarse.coarsening);
  // Another round may ask for the codes again.
  EXPECT_EQ(curator.measure(fine)[1].grid_values.size(), 3u);
}

TEST(Curator, SelectsTheWorstCandidateWhenNoiseIsSmall) {
  SiteWorld world;
  world.experiment.privacy = {.epsilon = {50.0}, .delta = {1e-9}, .trust = config::Trust::central};
  world.experiment.roster.reset();
  world.policies[0].allow.trust = {config::Trust::central};
  world.policies[0].allow.epsilon_per_run = {50.0};
  world.policies[0].allow.epsilon_lifetime = privacy::Epsilon{50.0};
  const auto key = SiteWorld::key(0);
  SplitMixRandom random(5);
  site::SiteLog log(world.folder.path(), "site0");
  site::Curator curator(world.run(0, key, random), world.table(0, 900), log);
  // One row in three has each code of column a; the second model is right, the first is off by 600.
  const std::vector<boundary::Candidate> candidates{{.marginal = {0}, .model = {0, 600, 300}},
                                                    {.marginal = {0}, .model = {300, 300, 300}}};
  const privacy::ExponentialEvent event{.epsilon_num = 1, .epsilon_shift = 0, .candidates = 2};
  EXPECT_EQ(curator.select(1, candidates, event), 0u);
  EXPECT_NEAR(curator.booked().value, 1.0 / 8, 1e-12);
  // In two bins, 300 and 600 rows, the first model is right.
  const schema::Coarsening bins({{0, {0, 1, 1}}});
  const std::vector<boundary::Candidate> merged{{.marginal = {0}, .model = {300, 600}},
                                                {.marginal = {0}, .model = {600, 300}}};
  EXPECT_EQ(curator.select(2, merged, event, bins), 1u);
}

}  // namespace
}  // namespace fedloom::test
