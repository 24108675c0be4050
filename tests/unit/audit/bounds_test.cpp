#include "fedloom/audit/bounds.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/vector_file.hpp"

namespace fedloom::audit {
namespace {

std::uint64_t whole(const std::string& text) { return std::stoull(text); }

TEST(OneRunEpsilon, AgreesWithTheReferenceFigures) {
  for (const auto& row : test::vector_rows("audit.csv", "eps_lower")) {
    const OneRun run{.canaries = whole(row[1]), .guesses = whole(row[2]), .right = whole(row[3])};
    EXPECT_NEAR(one_run_epsilon(run, std::stod(row[4]), std::stod(row[5])), std::stod(row[6]), 1e-8);
  }
}

TEST(OneRunPValue, AgreesWithTheReferenceFigures) {
  for (const auto& row : test::vector_rows("audit.csv", "p_value")) {
    const OneRun run{.canaries = whole(row[1]), .guesses = whole(row[2]), .right = whole(row[3])};
    const double epsilon = std::stod(row[5].substr(row[5].find('=') + 1));
    EXPECT_NEAR(one_run_p_value(run, epsilon, std::stod(row[4])), std::stod(row[6]), 1e-11);
  }
}

TEST(ManyRunEpsilon, AgreesWithTheReferenceFigures) {
  for (const auto& row : test::vector_rows("audit.csv", "clopper_pearson_TPR/FPR")) {
    const ManyRuns runs{
        .with = whole(row[1]), .hits = whole(row[2]), .without = whole(row[3]), .false_hits = whole(row[4])};
    const std::string delta = row[5].substr(row[5].find('=') + 1);
    EXPECT_NEAR(many_run_epsilon(runs, std::stod(delta), 0.05), std::stod(row[6]), 1e-8);
  }
}

TEST(OneRunEpsilon, SaysNothingOfGuessesThatACoinMakes) {
  EXPECT_EQ(one_run_epsilon({.canaries = 1000, .guesses = 1000, .right = 500}, 1e-5, 0.05), 0);
  EXPECT_EQ(one_run_epsilon({.canaries = 10, .guesses = 10, .right = 0}, 0, 0.05), 0);
}

TEST(OneRunEpsilon, GrowsWithRightGuessesAndShrinksWithDelta) {
  const OneRun some{.canaries = 1000, .guesses = 100, .right = 80}, more{.canaries = 1000, .guesses = 100, .right = 95};
  EXPECT_LT(one_run_epsilon(some, 1e-5, 0.05), one_run_epsilon(more, 1e-5, 0.05));
  EXPECT_LT(one_run_epsilon(more, 1e-3, 0.05), one_run_epsilon(more, 1e-5, 0.05));
}

TEST(ClopperPearson, HasItsClosedFormAtTheEnds) {
  EXPECT_EQ(clopper_pearson_low(0, 50, 0.05), 0);
  EXPECT_EQ(clopper_pearson_high(50, 50, 0.05), 1);
  EXPECT_NEAR(clopper_pearson_high(0, 50, 0.05), 1 - std::pow(0.05, 1.0 / 50), 1e-12);
  EXPECT_NEAR(clopper_pearson_low(50, 50, 0.05), std::pow(0.05, 1.0 / 50), 1e-12);
}

TEST(ManyRunEpsilon, IsZeroWhereDeltaExplainsEveryHit) {
  EXPECT_EQ(many_run_epsilon({.with = 1000, .hits = 20, .without = 1000, .false_hits = 0}, 0.1, 0.05), 0);
  EXPECT_EQ(many_run_epsilon({.with = 1000, .hits = 500, .without = 1000, .false_hits = 500}, 0, 0.05), 0);
}

}  // namespace
}  // namespace fedloom::audit
