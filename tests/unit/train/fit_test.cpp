#include "fedloom/train/fit.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "train/tensors.hpp"
#include "unit/train/reference.hpp"

namespace fedloom::train {
namespace {

using schema::Marginal;

boundary::Measurement exact(const Marginal& marginal, std::vector<std::int64_t> counts, double sigma) {
  boundary::Measurement m;
  m.query.marginal = marginal;
  m.grid_values = std::move(counts);
  m.sigma = sigma;
  return m;
}

TEST(EstimateRows, WeighsTotalsByTheirVariance) {
  const schema::Domain domain({{"a", 2}, {"b", 4}});
  // Totals 100 with variance 2·1 and 130 with variance 4·4: (100/2 + 130/16)/(1/2 + 1/16) = 103.33.
  const std::vector<boundary::Measurement> m = {exact({0}, {60, 40}, 1.0), exact({1}, {30, 40, 30, 30}, 2.0)};
  EXPECT_NEAR(estimate_rows(m), (50.0 + 8.125) / (0.5 + 0.0625), 1e-9);
}

TEST(EstimateRows, IsNeverBelowOne) {
  const schema::Domain domain({{"a", 2}});
  EXPECT_EQ(estimate_rows({exact({0}, {-60, 40}, 1.0)}), 1.0);
  EXPECT_EQ(estimate_rows({}), 1.0);
}

TEST(EstimateRows, LeavesSketchesOut) {
  const schema::Domain domain({{"a", 2}, {"b", 2}});
  boundary::Measurement sketch = exact({0, 1}, {900, 900}, 0.1);
  sketch.query.kind = schema::Query::Kind::sketch;
  sketch.query.sketch_rows = 2;
  EXPECT_DOUBLE_EQ(estimate_rows({exact({0}, {60, 40}, 1.0), sketch}), 100.0);
}

TEST(MutualInformationWeight, IsAPartOfTheMeanPrecisionOfPairsAndTriplesButOfTheLook) {
  const auto one = exact({0}, {1, 1}, 0.5), pair = exact({0, 1}, {1, 1, 1, 1}, 4.0), other = exact({0, 2}, {1}, 2.0);
  EXPECT_DOUBLE_EQ(mutual_information_weight({one}), 1.2);
  EXPECT_DOUBLE_EQ(mutual_information_weight({one, pair, other}), 0.6 * (0.25 + 0.5) / 2.0);
  boundary::Measurement faint = pair;
  faint.sigma = 100;
  faint.look = true;
  EXPECT_DOUBLE_EQ(mutual_information_weight({one, pair, other, faint}), 0.6 * (0.25 + 0.5) / 2.0);
}

TEST(Clearness, IsTheRowsOwnChanceBesideTheNoise) {
  // N̂ = 400, and 1/σ of the pair is ½: κ = 20 · ½, whatever the 1-way and the look say.
  boundary::Measurement look = exact({0, 1}, {100, 100, 100, 100}, 50.0);
  look.look = true;
  EXPECT_DOUBLE_EQ(clearness({exact({0}, {200, 200}, 1.0), exact({0, 1}, {100, 100, 100, 100}, 2.0), look}), 10.0);
  EXPECT_DOUBLE_EQ(clearness({}), 0.0);
}

TEST(Fit, ReproducesAConsistentTable) {
  const schema::Domain domain({{"a", 2}, {"b", 2}, {"c", 2}});
  // c = a xor b: no pair shows it, the triple does.
  const std::vector<boundary::Measurement> m = {exact({0}, {500, 500}, 1), exact({1}, {500, 500}, 1),
                                                exact({2}, {500, 500}, 1),
                                                exact({0, 1, 2}, {250, 0, 0, 250, 0, 250, 250, 0}, 1)};
  model::Generator generator(domain, 60);
  initialise(generator, m, 3);
  const FitReport report = fit(generator, m, {400, 0.2, 0.01});
  EXPECT_NEAR(report.rows, 1000.0, 1e-6);
  const std::vector<double> p = generator.answer({0, 1, 2});
  for (std::size_t c = 0; c < 8; ++c) EXPECT_NEAR(p[c], m[3].value(c) / 1000.0, 0.004) << c;
}

TEST(Fit, IsTheSameTwice) {
  const schema::Domain domain = test::small_domain();
  const std::vector<boundary::Measurement> m = {test::any_measurement(domain, {0}, 1),
                                                test::any_measurement(domain, {0, 1}, 2)};
  std::vector<std::vector<float>> p;
  for (int k = 0; k < 2; ++k) {
    model::Generator generator(domain, 8);
    initialise(generator, m, 11);
    fit(generator, m, {20, 0.1, 0.05});
    p.push_back(generator.probabilities());
  }
  EXPECT_EQ(p[0], p[1]);
}

TEST(Initialise, DependsOnTheSeedAndIsCentredOnTheOneWays) {
  const schema::Domain domain({{"a", 2}});
  const std::vector<boundary::Measurement> m = {exact({0}, {8000, 2000}, 0.01)};
  model::Generator one(domain, 4000), other(domain, 4000);
  initialise(one, m, 1);
  initialise(other, m, 2);
  EXPECT_NE(one.probabilities(), other.probabilities());
  EXPECT_NEAR(one.answer({0})[0], 0.8, 0.01);
}

TEST(FitIndependent, ProjectsNoisyCountsOntoDistributions) {
  const schema::Domain domain({{"a", 4}, {"b", 2}});
  // Sum 100 after −10 is set to 0 and 10/3 is taken from each of the others.
  const std::vector<boundary::Measurement> m = {exact({0}, {60, 30, 20, -10}, 1.0), exact({1}, {25, 75}, 1.0)};
  model::Generator generator(domain, 1);
  const FitReport report = fit_independent(generator, m);
  EXPECT_NEAR(report.rows, 100.0, 1e-9);
  const std::vector<double> a = generator.answer({0}), joint = generator.answer({0, 1});
  EXPECT_NEAR(a[0], 0.60 - 0.1 / 3, 1e-6);
  EXPECT_NEAR(a[2], 0.20 - 0.1 / 3, 1e-6);
  EXPECT_NEAR(a[3], 0.0, 1e-9);
  EXPECT_NEAR(joint[1], a[0] * 0.75, 1e-6);
}

TEST(Answers, AreTheDefinitionsForAnyListOfMarginals) {
  const schema::Domain domain = test::small_domain();
  model::Generator generator(domain, 7);
  store_logits(test::any_logits(7, domain.width()), generator);
  const std::vector<at::Tensor> p = test::softmax(domain, logits_of(generator));
  std::vector<Marginal> asked = {{1, 2, 3}, {}, {2}, {0, 1, 2}, {0, 1, 3}};
  for (const Marginal& pair : schema::all_marginals(4, 2)) asked.push_back(pair);
  for (const auto& list : {asked, std::vector<Marginal>{{2, 3}}}) {
    const auto out = answers(generator, list, 200.0);
    for (std::size_t k = 0; k < list.size(); ++k) {
      const at::Tensor expected = test::answer(domain, p, list[k]) * 200.0;
      const std::vector<double> alone = generator.answer(list[k]);
      ASSERT_EQ(out[k].size(), list[k].cells(domain));
      for (std::size_t c = 0; c < out[k].size(); ++c) {
        EXPECT_NEAR(out[k][c], expected[static_cast<std::int64_t>(c)].item<double>(), 1e-3);
        EXPECT_NEAR(out[k][c], 200.0 * alone[c], 1e-3);
      }
    }
  }
}

TEST(SketchAnswers, AreSignsTimesTheAnswer) {
  const schema::Domain domain = test::small_domain();
  model::Generator generator(domain, 7);
  store_logits(test::any_logits(7, domain.width()), generator);
  const std::vector<schema::Query> sketches = {{schema::Query::Kind::sketch, {0, 3}, 3, 77},
                                               {schema::Query::Kind::sketch, {1, 2}, 2, 78}};
  const auto out = sketch_answers(generator, sketches, 50.0);
  for (std::size_t k = 0; k < sketches.size(); ++k) {
    const std::vector<double> cells = generator.answer(sketches[k].marginal);
    ASSERT_EQ(out[k].size(), sketches[k].sketch_rows);
    for (std::uint32_t row = 0; row < sketches[k].sketch_rows; ++row) {
      const auto signs = schema::sketch_signs(sketches[k], row, cells.size());
      double expected = 0;
      for (std::size_t c = 0; c < cells.size(); ++c)
        expected += ((signs[c / 64] >> (c % 64)) & 1U) ? cells[c] : -cells[c];
      EXPECT_NEAR(out[k][row], 50.0 * expected, 1e-3);
    }
  }
}

}  // namespace
}  // namespace fedloom::train
