#include "fedloom/coordinator/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fedloom/base/error.hpp"
#include "unit/coordinator/toy_run.hpp"

namespace fedloom::coordinator {
namespace {

using config::Method;
using config::Trust;
using test::toy_experiment;

struct Outcome {
  double spent = 0, budget = 0;
  std::vector<RoundRecord> records;
};

Outcome run(Loop& loop, test::ToyParty& party, const config::Experiment& experiment) {
  const schema::Domain& domain = experiment.schema.domain();
  Outcome outcome;
  outcome.budget = privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta).value;
  while (!test::finished(loop)) {
    outcome.spent += test::cost_of_step(loop, domain);
    outcome.records.push_back(party.answer(loop, domain));
  }
  return outcome;
}

struct Setting {
  Trust trust;
  Method method;
  std::uint32_t sites;
  double epsilon;
};

class WholeRun : public testing::TestWithParam<Setting> {};

TEST_P(WholeRun, SpendsAllOfTheBudgetAndNoMore) {
  const auto [trust, method, sites, epsilon] = GetParam();
  config::Experiment experiment = toy_experiment(trust, epsilon);
  experiment.generator.method = method;
  const test::ToyTable table(3000);
  test::ToyParty party(table, sites, 9);
  Loop loop(experiment, sites);
  const Outcome outcome = run(loop, party, experiment);
  EXPECT_LE(outcome.spent, outcome.budget);
  EXPECT_GE(outcome.spent, outcome.budget * (1 - 1e-7));
  EXPECT_NEAR(loop.spent().value, outcome.spent, 1e-12 * outcome.budget);
  EXPECT_NEAR(loop.rows_estimate(), 3000.0, 600.0 / epsilon);
}

INSTANTIATE_TEST_SUITE_P(
    Loop, WholeRun,
    testing::Values(Setting{Trust::none, Method::gem, 3, 1.0}, Setting{Trust::none, Method::gem, 2, 20.0},
                    Setting{Trust::none, Method::gem, 5, 0.1}, Setting{Trust::none, Method::independent, 3, 1.0},
                    Setting{Trust::central, Method::gem, 1, 1.0}, Setting{Trust::central, Method::gem, 1, 0.1},
                    Setting{Trust::central, Method::independent, 1, 1.0}));

TEST(Loop, FindsThePairsThatBelongTogether) {
  for (const Trust trust : {Trust::none, Trust::central}) {
    const config::Experiment experiment = toy_experiment(trust, 2.0);
    const std::uint32_t sites = trust == Trust::none ? 3 : 1;
    const test::ToyTable table(5000);
    test::ToyParty party(table, sites, 2);
    Loop loop(experiment, sites);
    run(loop, party, experiment);
    EXPECT_EQ(loop.finish().stage, "final fit");
    const std::vector<double> pair = loop.generator().answer({0, 1});
    double equal = 0;
    for (std::size_t v = 0; v < 4; ++v) equal += pair[5 * v];
    EXPECT_NEAR(equal, 0.85, 0.03);
  }
}

TEST(Loop, StepsStayUntilTheirOutcomeIsGiven) {
  const config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  Loop loop(experiment, 3);
  const Bytes first = test::bytes_of(loop.next());
  EXPECT_EQ(test::bytes_of(loop.next()), first);
}

TEST(Loop, PlansNameRoundsContributorsAndTheEntityBound) {
  config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  experiment.privacy.colluding_sites = 2;
  experiment.privacy.max_rows = 3;
  experiment.privacy.max_sites = 2;
  const test::ToyTable table(3000);
  test::ToyParty party(table, 5, 3);
  Loop loop(experiment, 5);
  for (std::uint32_t round = 1; !test::finished(loop); ++round) {
    const boundary::RoundPlan& plan = std::get<MeasureStep>(loop.next()).plan;
    EXPECT_EQ(plan.round, round);
    EXPECT_EQ(plan.attempt, 0U);
    EXPECT_EQ(plan.contributors, 3U);
    EXPECT_EQ(plan.entity_rows, 6U);
    party.answer(loop, experiment.schema.domain());
  }
}

TEST(Loop, PaysForALargerEntityBoundWithNoise) {
  config::Experiment one = toy_experiment(Trust::none, 1.0), six = one;
  six.privacy.max_rows = 6;
  Loop a(one, 3), b(six, 3);
  const auto& plan_a = std::get<MeasureStep>(a.next()).plan;
  const auto& plan_b = std::get<MeasureStep>(b.next()).plan;
  for (std::size_t q = 0; q < plan_a.queries.size(); ++q) {
    EXPECT_NEAR(plan_b.queries[q].site_noise.variance_counts() / plan_a.queries[q].site_noise.variance_counts(), 36.0,
                1e-4);
  }
}

TEST(Loop, RefusesMoreColludersThanSites) {
  config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  experiment.privacy.colluding_sites = 3;
  EXPECT_THROW(Loop(experiment, 3), ConfigError);
}

/// Pairs that are measured in the round of the sketch, and the noise of the first 1-way.
std::pair<std::vector<schema::Marginal>, double> asked_with_the_sketch(const config::Experiment& experiment) {
  const test::ToyTable table(3000);
  test::ToyParty party(table, 3, 9);
  Loop loop(experiment, 3);
  const double first = std::get<MeasureStep>(loop.next()).plan.queries.at(1).site_noise.variance_counts();
  while (std::get<MeasureStep>(loop.next()).plan.stage != "sketch") party.answer(loop, experiment.schema.domain());
  std::vector<schema::Marginal> pairs;
  for (const auto& [query, noise] : std::get<MeasureStep>(loop.next()).plan.queries) {
    if (query.kind == schema::Query::Kind::marginal && query.marginal.degree() == 2) pairs.push_back(query.marginal);
  }
  return {pairs, first};
}

TEST(Loop, MeasuresThePairsOfAKeptAttributeInPlaceOfSomeOfThe1Ways) {
  config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  const auto [none, variance] = asked_with_the_sketch(experiment);
  EXPECT_TRUE(none.empty());
  experiment.generator.keep = {"e"};
  const auto [pairs, larger] = asked_with_the_sketch(experiment);
  EXPECT_EQ(pairs, (std::vector<schema::Marginal>{{0, 4}, {1, 4}, {2, 4}, {3, 4}}));
  EXPECT_NEAR(larger / variance, 0.25 / 0.15, 0.01);
}

TEST(Loop, StaysInTheBudgetWhenRoundsAreLost) {
  const config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  const schema::Domain& domain = experiment.schema.domain();
  const double budget = privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta).value;
  const test::ToyTable table(3000);
  test::ToyParty party(table, 3, 9);
  Loop loop(experiment, 3);
  double booked = 0;
  std::uint32_t losses = 0;
  for (int k = 0; !test::finished(loop); ++k) {
    const boundary::RoundPlan plan = std::get<MeasureStep>(loop.next()).plan;
    booked += boundary::cost_of(plan, domain).value;
    ASSERT_LE(booked, budget);
    if (k % 3 != 1) {
      party.answer(loop, domain);
      continue;
    }
    loop.lost({booked});
    ++losses;
    EXPECT_EQ(loop.spent().value, booked);
    if (test::finished(loop)) continue;
    const boundary::RoundPlan& again = std::get<MeasureStep>(loop.next()).plan;
    EXPECT_EQ(again.round, plan.round);
    EXPECT_EQ(again.attempt, plan.attempt + 1);
    ASSERT_EQ(again.queries.size(), plan.queries.size());
    EXPECT_EQ(again.queries[0].query, plan.queries[0].query);
  }
  EXPECT_GT(losses, 1U);
  EXPECT_GE(booked, budget * (1 - 1e-7));
}

TEST(Loop, FinishesWhenTheLastRoundIsLost) {
  config::Experiment experiment = toy_experiment(Trust::none, 1.0);
  experiment.generator.method = Method::independent;
  Loop loop(experiment, 3);
  loop.lost({test::cost_of_step(loop, experiment.schema.domain())});
  EXPECT_TRUE(test::finished(loop));
}

TEST(Loop, GivesTheOneWaysWhatNothingElseIsWorth) {
  const config::Experiment experiment = toy_experiment(Trust::none, 0.02);
  const test::ToyTable table(60);
  test::ToyParty party(table, 3, 9);
  Loop loop(experiment, 3);
  const Outcome outcome = run(loop, party, experiment);
  EXPECT_EQ(outcome.records.back().stage, "one-way");
  EXPECT_GE(outcome.spent, outcome.budget * (1 - 1e-7));
}

TEST(Loop, KeepsToTheCellLimit) {
  config::Experiment experiment = toy_experiment(Trust::central, 2.0);
  experiment.generator.max_cells = 12;
  const test::ToyTable table(3000);
  test::ToyParty party(table, 1, 9);
  Loop loop(experiment, 1);
  for (bool select = false; !test::finished(loop); select = !select) {
    if (const auto* step = std::get_if<SelectStep>(&loop.next())) {
      for (const boundary::Candidate& c : step->candidates) EXPECT_LE(c.model.size(), 12U);
    }
    party.answer(loop, experiment.schema.domain());
  }
}

TEST(Loop, SelectsWithWeightsThatAreNeverZero) {
  config::Experiment experiment = toy_experiment(Trust::central, 2.0);
  const test::ToyTable table(3000);
  test::ToyParty party(table, 1, 9);
  Loop loop(experiment, 1);
  while (!std::holds_alternative<SelectStep>(loop.next())) party.answer(loop, experiment.schema.domain());
  std::uint32_t largest = 0;
  for (const boundary::Candidate& c : std::get<SelectStep>(loop.next()).candidates) {
    EXPECT_GE(c.weight_256, 1U);
    EXPECT_GT(c.penalty_256, 0);
    largest = std::max(largest, c.weight_256);
  }
  EXPECT_EQ(largest, 256U);
}

TEST(Refit, GivesTheRunsOwnModelFromItsMeasurements) {
  const config::Experiment experiment = toy_experiment(Trust::none, 2.0);
  const test::ToyTable table(5000);
  test::ToyParty party(table, 3, 2);
  Loop loop(experiment, 3);
  run(loop, party, experiment);
  loop.finish();
  train::FitReport report;
  const model::Generator again = refit(experiment, loop.measurements(), report);
  EXPECT_NEAR(report.rows, loop.rows_estimate(), 1e-9);
  EXPECT_EQ(again.probabilities(), loop.generator().probabilities());
}

TEST(Forecast, StagesAddUpToTheBudget) {
  for (const Trust trust : {Trust::none, Trust::central}) {
    for (const Method method : {Method::gem, Method::independent}) {
      config::Experiment experiment = toy_experiment(trust, 1.0);
      experiment.generator.method = method;
      const Forecast f = forecast(experiment, trust == Trust::none ? 3 : 1, 3000);
      double sum = 0;
      for (const Forecast::Stage& stage : f.stages) sum += stage.rho;
      EXPECT_NEAR(sum, f.rho, 1e-9 * f.rho);
      EXPECT_GE(f.rounds, 1U);
      EXPECT_GT(f.coordinator_bytes, 0U);
      EXPECT_GT(f.site_bytes_per_round, 0U);
    }
  }
}

/// Mean L1 error by noise of the marginals that a run measured to the end.
double noise_of_run(const std::vector<boundary::Measurement>& measurements, std::size_t degree, double rows) {
  double sum = 0;
  std::size_t marginals = 0;
  for (const boundary::Measurement& m : measurements) {
    const bool counts = m.query.kind == schema::Query::Kind::marginal && !m.look;
    if (!counts || (degree == 1) != (m.query.marginal.degree() == 1) || m.query.marginal.degree() == 0) continue;
    sum += std::sqrt(2.0 / std::numbers::pi) * m.sigma * static_cast<double>(m.grid_values.size()) / rows;
    ++marginals;
  }
  return sum / static_cast<double>(marginals);
}

TEST(Forecast, NoiseIsWithinTwiceWhatARunHas) {
  for (const Trust trust : {Trust::none, Trust::central}) {
    const config::Experiment experiment = toy_experiment(trust, 1.0);
    const std::uint32_t sites = trust == Trust::none ? 3 : 1;
    const test::ToyTable table(3000);
    test::ToyParty party(table, sites, 5);
    Loop loop(experiment, sites);
    run(loop, party, experiment);
    for (const Forecast::Stage& stage : forecast(experiment, sites, 3000).stages) {
      if (stage.name != "one-way" && stage.name != "measure") continue;
      const double ratio = stage.noise / noise_of_run(loop.measurements(), stage.name == "one-way" ? 1 : 2, 3000);
      EXPECT_GT(ratio, 0.5) << stage.name;
      EXPECT_LT(ratio, 2.0) << stage.name;
    }
  }
}

}  // namespace
}  // namespace fedloom::coordinator
