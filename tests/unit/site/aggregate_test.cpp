// trust: aggregate at a site: what it opens, to whom, how often, and at what cost.

#include <gtest/gtest.h>

#include <filesystem>

#include "fedloom/base/file.hpp"
#include "fedloom/site/plan_answerer.hpp"
#include "fedloom/site/rehearsal.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

class Aggregate : public ::testing::Test {
 protected:
  Aggregate() {
    world_.experiment.privacy.trust = config::Trust::aggregate;
    for (auto& policy : world_.policies) policy.allow.trust = {config::Trust::aggregate};
  }
  void start(std::size_t rows = 90, const std::string& run = "run-1") {
    answerer_.reset();
    run_ = world_.run(0, key_, random_);
    run_.run_id = run;
    answerer_ = std::make_unique<site::PlanAnswerer>(run_, world_.table(0, rows), log_);
  }
  boundary::RoundPlan plan(std::uint32_t round, const std::vector<schema::Marginal>& marginals,
                           std::uint32_t attempt = 0) const {
    boundary::RoundPlan plan{
        .round = round, .attempt = attempt, .stage = "exact", .curator = site::curator_of(world_.experiment)};
    for (const auto& marginal : marginals) plan.queries.push_back({{.marginal = marginal}, {}});
    return plan;
  }
  bool opens(const boundary::RoundPlan& plan) {
    return std::holds_alternative<boundary::ExactShare>(answerer_->open(plan));
  }
  std::string refusal(const boundary::RoundPlan& plan) {
    auto answer = answerer_->open(plan);
    const auto* refusal = std::get_if<site::Refusal>(&answer);
    return refusal == nullptr ? "" : refusal->reason;
  }
  double budget() const {
    const auto& privacy = world_.experiment.privacy;
    return privacy::rho_of(privacy.epsilon, privacy.delta).value;
  }
  std::filesystem::path data_set() const { return world_.policies[0].state / "set0"; }

  SiteWorld world_;
  SigningKey key_ = SiteWorld::key(0);
  SplitMixRandom random_{17};
  site::SiteLog log_{world_.folder.path(), "site0"};
  site::SiteRun run_;
  std::unique_ptr<site::PlanAnswerer> answerer_;
};

TEST_F(Aggregate, BooksTheWholeRunWithTheFirstTotalsAndNothingMoreForOthers) {
  start();
  ASSERT_TRUE(opens(plan(1, {schema::Marginal(), {0}})));
  EXPECT_EQ(answerer_->booked().value, budget());
  ASSERT_TRUE(opens(plan(2, {{0, 1}, {0, 1, 2}})));
  EXPECT_EQ(answerer_->booked().value, budget());
  ASSERT_EQ(answerer_->payments().size(), 2U);
  for (const auto& paid : answerer_->payments()) EXPECT_EQ(paid.kind, "handed");
}

TEST_F(Aggregate, OpensEachTotalOnceInARun) {
  start();
  ASSERT_TRUE(opens(plan(1, {{0}, {1}})));
  EXPECT_NE(refusal(plan(2, {{1}, {2}})).find("each is opened once"), std::string::npos);
  EXPECT_NE(refusal(plan(1, {{2}}, 1)).find("each is opened once"), std::string::npos) << "another plan, same round";
  EXPECT_TRUE(opens(plan(2, {{2}})));
}

TEST_F(Aggregate, ATwinThatForgetsWhatItOpenedGivesTheSameTotalOfOtherRows) {
  start(90);
  ASSERT_TRUE(opens(plan(1, {{0}})));
  start(91);
  EXPECT_NE(refusal(plan(2, {{0}})), "") << "the difference would be one row";
  answerer_.reset();
  std::filesystem::remove_all(data_set());
  start(91);
  EXPECT_TRUE(opens(plan(2, {{0}}))) << "the books are what keeps it from doing so";
}

TEST_F(Aggregate, AfterARestartTheStoredShareIsHandedOutAgainAtNoCost) {
  start();
  ASSERT_TRUE(opens(plan(1, {{0}})));
  ASSERT_TRUE(opens(plan(2, {{1}})));
  start(500);
  EXPECT_TRUE(opens(plan(1, {{0}}, 1))) << "earlier blocks are kept too";
  EXPECT_TRUE(opens(plan(2, {{1}}, 1)));
  EXPECT_EQ(answerer_->booked().value, budget());
  EXPECT_EQ(answerer_->payments().size(), 2U);
  EXPECT_FALSE(answerer_->payment_for(plan(2, {{1}}, 1)));
}

TEST_F(Aggregate, AShareThatIsGoneIsNeverCountedAgain) {
  start();
  ASSERT_TRUE(opens(plan(1, {{0}})));
  answerer_.reset();
  std::filesystem::remove_all(data_set() / "shares");
  start();
  EXPECT_NE(refusal(plan(1, {{0}}, 1)).find("each is opened once"), std::string::npos);
}

TEST_F(Aggregate, ACrashBeforeTheShareWasStoredCostsNothing) {
  start();
  ASSERT_TRUE(opens(plan(1, {{0}})));
  answerer_.reset();
  std::filesystem::remove_all(data_set() / "shares");
  std::filesystem::remove_all(data_set() / "runs" / "run-1" / "opened");
  start();
  EXPECT_TRUE(opens(plan(1, {{0}}, 1)));
  EXPECT_EQ(answerer_->booked().value, budget());
  EXPECT_EQ(answerer_->payments().size(), 1U) << "one handover, whatever happened in between";
}

TEST_F(Aggregate, OpensToTheRosterItHasOpenedToBeforeAndToNoOther) {
  world_.policies[0].allow.epsilon_lifetime = privacy::Epsilon{9};
  start();
  ASSERT_TRUE(opens(plan(1, {{0}})));
  start(90, "run-2");
  EXPECT_TRUE(opens(plan(1, {{0}}))) << "another run";
  SiteWorld other{Quorum{.sites = 4}};
  world_.experiment.roster = other.experiment.roster;
  world_.policies[0].allow.roster_fingerprint = to_hex(other.experiment.roster->fingerprint());
  start(90, "run-3");
  EXPECT_NE(refusal(plan(1, {{0}})).find("are opened to no other"), std::string::npos);
  const auto early = site::check_experiment(world_.policies[0], world_.experiment);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->code, secagg::RefusalCode::roster);
  std::filesystem::remove(data_set() / "aggregate-roster");
  EXPECT_TRUE(opens(plan(1, {{0}}))) << "a twin that forgets the roster";
}

TEST_F(Aggregate, WhatLeavesIsMaskedWordsOfTheSameLengthWhateverTheRows) {
  const auto played = [&](std::size_t rows, const char* scratch) {
    const auto folder = world_.folder / scratch;
    std::filesystem::create_directories(folder);
    return site::rehearse(world_.policies[0], world_.experiment, plan(1, {schema::Marginal(), {0}, {0, 1}}),
                          world_.table(0, rows), folder);
  };
  const auto few = played(3, "few"), many = played(9000, "many");
  EXPECT_EQ(few.bytes, many.bytes);
  ASSERT_EQ(few.messages.size(), many.messages.size());
  std::size_t words = 0;
  for (std::size_t k = 0; k < few.messages.size(); ++k) {
    EXPECT_EQ(few.messages[k].index(), many.messages[k].index());
    const auto* chunk = std::get_if<secagg::ShareChunk>(&few.messages[k]);
    if (chunk == nullptr) continue;
    // A masked word is uniform: below 2^40 with chance 2^-24. A count always is.
    for (const std::uint64_t word : chunk->words.words()) {
      EXPECT_GT(word, std::uint64_t{1} << 40);
      ++words;
    }
  }
  EXPECT_EQ(words, 1 + 3 + 12U);
}

TEST_F(Aggregate, APolicyThatDoesNotNameItOpensNothing) {
  world_.policies[0].allow.trust = {config::Trust::none, config::Trust::central};
  start();
  EXPECT_NE(refusal(plan(1, {{0}})).find("allow.trust"), std::string::npos);
  EXPECT_EQ(answerer_->booked().value, 0);
  EXPECT_TRUE(site::check_experiment(world_.policies[0], world_.experiment));
}

TEST_F(Aggregate, NeedsThreeSitesAndAllOfThem) {
  EXPECT_FALSE(site::check_experiment(world_.policies[0], world_.experiment));
  auto two = world_.experiment;
  auto members = two.roster->members();
  members.pop_back();
  two.roster = Roster(members);
  auto policy = world_.policies[0];
  policy.allow.min_sites = 2;
  policy.allow.roster_fingerprint = to_hex(two.roster->fingerprint());
  EXPECT_TRUE(site::check_experiment(policy, two));
  auto losing = world_.experiment;
  losing.privacy.dropouts = 1;
  policy = world_.policies[0];
  policy.allow.max_dropouts = 1;
  EXPECT_TRUE(site::check_experiment(policy, losing));
}

TEST_F(Aggregate, RefusesPlansThatAskForMoreThanTheCuratorsShare) {
  start();
  auto richer = plan(1, {{0}});
  richer.curator->rho_num *= 2;
  EXPECT_NE(refusal(richer).find("another budget"), std::string::npos);
  auto noisy = world_.plan();
  auto answer = answerer_->answer(noisy);
  EXPECT_TRUE(std::holds_alternative<site::Refusal>(answer)) << "this site's own noise is of no use";
  world_.experiment.generator.degree = 1;
  EXPECT_NE(refusal(plan(1, {{0, 1}})).find("workload"), std::string::npos);
  EXPECT_EQ(answerer_->booked().value, 0);
}

TEST_F(Aggregate, OpensNothingWhereSitesAddTheNoise) {
  world_.experiment.privacy.trust = config::Trust::none;
  world_.policies[0].allow.trust = {config::Trust::none, config::Trust::aggregate};
  start();
  EXPECT_NE(refusal(plan(1, {{0}})).find("without trust: aggregate"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::test
