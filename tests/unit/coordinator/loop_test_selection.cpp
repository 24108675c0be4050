#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/budget.hpp"
#include "coordinator/selection.hpp"

namespace fedloom::coordinator {
namespace {

using schema::Marginal;

schema::Domain domain() { return schema::Domain({{"a", 2}, {"b", 3}, {"c", 4}, {"d", 5}}); }

config::GeneratorConfig keeping(const std::string& name) {
  config::GeneratorConfig generator;
  generator.keep = {name};
  return generator;
}

/// Σ_{q∈W} c_q·|r ∩ q| by its definition, three times that where r holds a kept attribute.
double weight(const schema::Domain& domain, const Marginal& r, std::size_t degree, const Marginal& keep) {
  double sum = 0;
  for (const Marginal& q : schema::all_marginals(domain.dimensions(), degree)) {
    sum += (q.common(keep) > 0 ? 2.0 : 1.0) * static_cast<double>(q.common(r));
  }
  return r.common(keep) > 0 ? 3.0 * sum : sum;
}

TEST(Workload, WeightsAreTheirDefinitionScaledToOne) {
  for (const std::uint32_t degree : {2U, 3U}) {
    config::GeneratorConfig generator;
    generator.degree = degree;
    generator.keep = {"b"};
    const Workload workload(domain(), generator);
    double largest = 0;
    for (const Marginal& r : workload.marginals()) largest = std::max(largest, weight(domain(), r, degree, {1}));
    for (std::size_t k = 0; k < workload.size(); ++k) {
      EXPECT_NEAR(workload.weight(k), weight(domain(), workload.marginals()[k], degree, {1}) / largest, 1e-12);
    }
  }
}

TEST(Workload, IsTheDownwardClosureUpToTheLimit) {
  config::GeneratorConfig generator;
  generator.max_cells = 12;
  const Workload workload(domain(), generator);
  EXPECT_EQ(workload.size(), 4U + 4U + 0U);  // a×b 6, a×c 8, a×d 10, b×c 12; every triple has 24 cells or more
}

TEST(KeptPairs, AreAllThatHoldAKeptAttribute) {
  const auto generator = keeping("b");
  const Workload workload(domain(), generator);
  EXPECT_EQ(kept_pairs(workload, Kept(domain(), generator), 4), (std::vector<Marginal>{{0, 1}, {1, 2}, {1, 3}}));
  EXPECT_TRUE(kept_pairs(workload, Kept(domain(), {}), 4).empty());
}

TEST(KeptPairs, AreNoneWhereMostIsKept) {
  config::GeneratorConfig generator;
  std::vector<schema::Domain::Axis> axes;
  for (const std::string name : {"a", "b", "c", "d", "e", "f"}) {
    axes.push_back({name, 3});
    generator.keep.push_back(name);
  }
  const schema::Domain six(axes);
  EXPECT_TRUE(kept_pairs(Workload(six, generator), Kept(six, generator), 6).empty()) << "15 pairs of 6 attributes";
}

TEST(SketchedError, IsUnbiasedInTheSquare) {
  boundary::Measurement sketch;
  sketch.grid_values = {13, -7};
  sketch.sigma = 3.0;
  // ‖(3, −7)‖²/2 − 9 = 20; 100 cells.
  EXPECT_NEAR(sketched_error(sketch, {10.0, 0.0}, 100), 0.7 * std::sqrt(2000.0), 1e-9);
  EXPECT_EQ(sketched_error(sketch, {13.0, -7.0}, 100), 0.0);
}

TEST(ChooseBatch, TakesTheLargestGainAndSkipsWhatItCovers) {
  const Workload workload(domain(), {});
  const std::map<Marginal, double> errors = {{{0, 1}, 900.0}, {{0, 2}, 500.0}, {{1, 2}, 10.0}, {{2, 3}, 300.0}};
  const std::vector<Marginal> none;
  // {0,1,2} has the largest error at the largest weight, {0,1,3} the next. Together they cover two pairs each of
  // {0,2,3} and {1,2,3}, and all pairs but {2,3}.
  EXPECT_EQ(choose_batch({&workload, &errors, &none, 0.001, 10}),
            (std::vector<Marginal>{{0, 1, 2}, {0, 1, 3}, {2, 3}}));
  EXPECT_EQ(choose_batch({&workload, &errors, &none, 0.001, 1}), (std::vector<Marginal>{{0, 1, 2}}));
}

TEST(ChooseBatch, TakesNothingThatItsNoiseWouldDrown) {
  const Workload workload(domain(), {});
  const std::map<Marginal, double> errors = {{{0, 1}, 9.0}, {{2, 3}, 9.0}};
  const std::vector<Marginal> none;
  EXPECT_TRUE(choose_batch({&workload, &errors, &none, 100.0, 5}).empty());
  EXPECT_FALSE(choose_batch({&workload, &errors, &none, 0.1, 5}).empty());
}

TEST(ChooseBatch, TakesNothingTwice) {
  config::GeneratorConfig pairs_only;
  pairs_only.degree = 2;
  const Workload workload(domain(), pairs_only);
  const std::map<Marginal, double> errors = {{{0, 1}, 900.0}, {{2, 3}, 300.0}};
  const std::vector<Marginal> measured = {{0, 1}};
  EXPECT_EQ(choose_batch({&workload, &errors, &measured, 0.1, 5}), (std::vector<Marginal>{{2, 3}}));
}

TEST(Price, CostsAtMostItsPartAndNearlyAllOfIt) {
  const std::vector<Share> shares = {{{schema::Query::Kind::marginal, {0, 1}, 0, 0}, 0.3},
                                     {{schema::Query::Kind::sketch, {1, 2}, 8, 7}, 0.7}};
  for (const double left : {1e-4, 0.013, 0.9, 40.0}) {
    for (const std::uint32_t contributors : {1U, 2U, 7U}) {
      const Crowd crowd{contributors + 1, contributors, 3};
      boundary::RoundPlan frame;
      frame.round = 1;
      frame.stage = "measure";
      const double cost = boundary::cost_of(price(frame, shares, left, crowd, domain()), domain()).value;
      EXPECT_LE(cost, left);
      EXPECT_GE(cost, left * (1 - 9e-8)) << left << ' ' << contributors;
    }
  }
}

TEST(Price, OfASelectionIsAtMostWhatWasAsked) {
  for (const double rho : {1e-9, 1e-5, 0.01, 3.0}) {
    const privacy::ExponentialEvent event = price_selection(rho, 10);
    EXPECT_LE(privacy::rho(event).value, rho);
    EXPECT_GE(privacy::rho(event).value, rho * 0.98);
  }
}

TEST(Budget, NeverGivesOutTheLastBillionth) {
  Budget budget({2.0});
  budget.book(budget.left());
  EXPECT_LT(budget.spent(), 2.0);
  EXPECT_TRUE(budget.exhausted());
}

}  // namespace
}  // namespace fedloom::coordinator
