#include "logistic_regression.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace fedloom::evaluate {
namespace {

const schema::Domain one_attribute({{"a", 2}});

/// `ones_0` of `rows_0` rows with code 0 have label 1, and so for code 1.
std::pair<OneHotRows, Labels> rows_of(int rows_0, int ones_0, int rows_1, int ones_1) {
  data::Table table(one_attribute);
  Labels labels;
  const auto add = [&](std::uint32_t code, int rows, int ones) {
    for (int k = 0; k < rows; ++k) {
      table.append(std::array{code});
      labels.push_back(k < ones);
    }
  };
  add(0, rows_0, ones_0);
  add(1, rows_1, ones_1);
  OneHotRows rows(one_attribute, {});
  rows.append(table);
  return {std::move(rows), labels};
}

TEST(LogisticRegression, OfASaturatedModelGivesTheSharesOfEachCode) {
  const auto [rows, labels] = rows_of(40, 10, 60, 45);
  const auto p = probabilities(fit_logistic(rows, labels, 1e-9, 1), rows);
  EXPECT_NEAR(p.front(), 0.25, 1e-6);
  EXPECT_NEAR(p.back(), 0.75, 1e-6);
}

TEST(LogisticRegression, CountsParametersThatTheRowsCanTellApart) {
  const auto [rows, labels] = rows_of(40, 10, 60, 45);
  EXPECT_EQ(rows.width(), 3U);
  EXPECT_EQ(fit_logistic(rows, labels, 1e-3, 1).rank, 2U);
}

TEST(LogisticRegression, AtItsSolutionHasNoSlope) {
  const auto [rows, labels] = rows_of(30, 3, 50, 40);
  constexpr double ridge = 0.7;
  const auto fit = fit_logistic(rows, labels, ridge, 1);
  const auto p = probabilities(fit, rows);
  std::vector<double> slope(3, 0);
  for (std::size_t k = 0; k < labels.size(); ++k)
    for (std::size_t j = 0; j < rows.per_row(); ++j) slope[rows.row(k)[j]] += p[k] - labels[k];
  EXPECT_NEAR(slope[0] + ridge * fit.weights[0], 0, 1e-5);
  EXPECT_NEAR(slope[1] + ridge * fit.weights[1], 0, 1e-5);
  EXPECT_NEAR(slope[2], 0, 1e-5);
}

TEST(LogisticRegression, EndsWhereACodeDecidesTheLabel) {
  const auto [rows, labels] = rows_of(50, 0, 50, 50);
  const auto p = probabilities(fit_logistic(rows, labels, 1e-3, 1), rows);
  EXPECT_LT(p.front(), 0.01);
  EXPECT_GT(p.back(), 0.99);
}

TEST(LogisticRegression, IsTheSameForAnyNumberOfThreads) {
  const auto [rows, labels] = rows_of(301, 100, 403, 60);
  EXPECT_EQ(fit_logistic(rows, labels, 0.1, 1).weights, fit_logistic(rows, labels, 0.1, 3).weights);
}

}  // namespace
}  // namespace fedloom::evaluate
