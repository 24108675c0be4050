#include "fedloom/model/tilted.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "fedloom/base/error.hpp"
#include "fedloom/schema/schema.hpp"
#include "model/sampler.hpp"

namespace fedloom::model {
namespace {

using Rows = std::vector<std::vector<std::uint32_t>>;

schema::Domain domain() { return schema::Domain({{"a", 3}, {"b", 4}, {"c", 3}}); }
schema::Schema schema_of_domain() {
  return schema::Schema({{"a", schema::Coded{3}}, {"b", schema::Coded{4}}, {"c", schema::Coded{3}}}, {});
}

/// Components that differ much, so that a condition moves their weights.
Generator generator(std::uint32_t components = 4) {
  Generator made(domain(), components);
  std::vector<float> logits;
  for (std::uint32_t b = 0; b < components; ++b) {
    for (std::uint32_t v = 0; v < 10; ++v) logits.push_back(2.5F * std::sin(static_cast<float>(7 * b + 3 * v + b * v)));
  }
  made.set_logits(std::move(logits));
  return made;
}

Rows drawn(const std::vector<Stratum>& strata, std::uint64_t seed = 1) {
  Rows out;
  sample(strata, seed, [&](std::span<const std::uint32_t> codes, std::size_t n) {
    const std::size_t d = codes.size() / n;
    for (std::size_t row = 0; row < n; ++row) out.emplace_back(&codes[row * d], &codes[row * d] + d);
  });
  return out;
}

double chi_squared(const Rows& rows, const std::vector<double>& expected, const schema::Domain& codes) {
  std::vector<double> count(expected.size());
  for (const auto& row : rows) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < row.size(); ++i) at = at * codes.size(i) + row[i];
    count[at] += 1;
  }
  double sum = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const double mean = expected[k] * static_cast<double>(rows.size());
    if (mean > 0) sum += (count[k] - mean) * (count[k] - mean) / mean;
    if (mean == 0 && count[k] > 0) return INFINITY;
  }
  return sum;
}

/// Passed by chance once in 10⁹ by independent draws (Wilson and Hilferty), and less often by stratified ones.
double chi_squared_limit(const std::vector<double>& expected) {
  const auto cells = std::count_if(expected.begin(), expected.end(), [](double p) { return p > 0; });
  const double f = static_cast<double>(cells) - 1;
  return f * std::pow(1 - 2 / (9 * f) + 6 * std::sqrt(2 / (9 * f)), 3);
}

/// The generator's own cells where `keep` holds, made to sum to 1.
std::vector<double> by_force(const std::vector<double>& cells, const schema::Domain& codes,
                             const std::function<bool(std::span<const std::uint32_t>)>& keep, double* mass = nullptr) {
  std::vector<double> out = cells;
  std::vector<std::uint32_t> row(codes.dimensions());
  double sum = 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    for (std::size_t i = codes.dimensions(), rest = k; i-- > 0; rest /= codes.size(i)) {
      row[i] = static_cast<std::uint32_t>(rest % codes.size(i));
    }
    if (!keep(row)) out[k] = 0;
    sum += out[k];
  }
  for (double& p : out) p /= sum;
  if (mass != nullptr) *mass = sum;
  return out;
}

void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-6) << k;
}

TEST(Tilted, AnswersAsTheGeneratorDoesWithoutConditions) {
  const Generator made = generator();
  const Tilted tilted(made, schema_of_domain().constraints());
  expect_same(tilted.answer({0, 2}), made.answer({0, 2}));
  EXPECT_NEAR(tilted.mass(), 1, 1e-6);
  EXPECT_NEAR(tilted.effective_components(), 4, 1e-6);
}

TEST(Tilted, ConditionsAreThoseOfTheJointDistribution) {
  const Generator made = generator();
  Tilted tilted(made, schema_of_domain().constraints());
  tilted.where(1, {1, 3});
  tilted.where(2, {2});
  double mass = 0;
  const auto keep = [](auto row) { return (row[1] == 1 || row[1] == 3) && row[2] == 2; };
  expect_same(tilted.answer({0, 1, 2}), by_force(made.answer({0, 1, 2}), domain(), keep, &mass));
  EXPECT_NEAR(tilted.mass(), mass, 1e-6);
  EXPECT_LT(tilted.effective_components(), 4);
}

TEST(Tilted, RowsUnderAConditionFollowItsExactAnswers) {
  const Generator made = generator();
  Tilted tilted(made, schema_of_domain().constraints());
  tilted.where(1, {1, 3});
  const std::vector<double> exact = tilted.answer({0, 1, 2});
  for (const std::uint64_t rows : {15000, 120000}) {  // moved cell by cell, and not
    EXPECT_LT(chi_squared(drawn({{&tilted, rows}}), exact, domain()), chi_squared_limit(exact));
  }
}

TEST(Tilted, RowsOfASamplerThatForgotTheWeightsAreCaught) {
  const Generator made = generator();
  Tilted tilted(made, schema_of_domain().constraints());
  tilted.where(1, {1, 3});
  const std::vector<double> exact = tilted.answer({0, 1, 2});
  std::vector<float> p = made.probabilities();
  for (std::size_t b = 0; b < 4; ++b) {
    float* block = p.data() + b * 10 + 3;
    const float sum = block[1] + block[3];
    block[0] = block[2] = 0;
    block[1] /= sum;
    block[3] /= sum;
  }
  const schema::Domain codes = domain();
  Rows rows;
  sample_rows({&codes, 4, p}, 15000, 1, [&](std::span<const std::uint32_t> block, std::size_t n) {
    for (std::size_t row = 0; row < n; ++row) rows.emplace_back(&block[row * 3], &block[row * 3] + 3);
  });
  EXPECT_GT(chi_squared(rows, exact, codes), chi_squared_limit(exact));
}

TEST(Tilted, AConditionThatNoRowMeetsIsRefused) {
  const Generator made = generator();
  Tilted tilted(made, schema_of_domain().constraints());
  tilted.where(0, {0});
  tilted.where(0, {1});
  EXPECT_EQ(tilted.mass(), 0);
  try {
    drawn({{&tilted, 10}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("no probability to any such row"), std::string::npos);
  }
}

TEST(Tilted, RowsKeepConstraintsAndElseFollowTheModel) {
  const Generator made = generator();
  const auto schema = schema_of_domain().constrained(
      {{schema::Never{{{0, {1, 2}}, {1, {0, 1}}}}, "never"}, {schema::Less{0, 2, false}, "a <= c"}});
  const Tilted tilted(made, schema.constraints());
  double mass = 0;
  const auto keep = [&](auto row) { return schema.constraints().allow(row); };
  const std::vector<double> exact = by_force(made.answer({0, 1, 2}), domain(), keep, &mass);
  EXPECT_LT(mass, 0.7);
  expect_same(tilted.answer({0, 1, 2}), exact);
  const Rows rows = drawn({{&tilted, 30000}});
  for (const auto& row : rows) ASSERT_TRUE(keep(std::span(row)));
  EXPECT_LT(chi_squared(rows, exact, domain()), chi_squared_limit(exact));
}

TEST(Tilted, ConditionsAndConstraintsHoldTogetherAlsoWhenCellsAreMoved) {
  const Generator made = generator(60);
  const auto schema = schema_of_domain().constrained({{schema::Determines{0, 2, {2, 0, 1}}, "a gives c"}});
  Tilted tilted(made, schema.constraints());
  tilted.where(2, {0, 1});
  for (const auto& row : drawn({{&tilted, 5000}})) {
    ASSERT_TRUE(row[0] == row[2] + 1) << row[0] << " " << row[2];
  }
}

/// b of 4 bins is b of 6 codes: bins {0}, {1, 2}, {3}, {4, 5}.
Generator with_merged_codes() {
  Generator made = generator();
  const schema::Domain fine({{"a", 3}, {"b", 6}, {"c", 3}});
  made.expand({fine, schema::Coarsening({{1, {0, 1, 1, 2, 3, 3}}}), {{1, 0.25, 0.75, 1, 0.5, 0.5}}});
  return made;
}
schema::Schema schema_of_codes() {
  return schema::Schema({{"a", schema::Coded{3}}, {"b", schema::Coded{6}}, {"c", schema::Coded{3}}}, {});
}

TEST(Tilted, ConditionsReachIntoMergedCodes) {
  const Generator made = with_merged_codes();
  Tilted tilted(made, schema_of_codes().constraints());
  tilted.where(1, {2, 3});
  const auto all = Tilted(made, schema_of_codes().constraints()).answer({0, 1, 2});
  const auto exact = by_force(all, tilted.domain(), [](auto row) { return row[1] == 2 || row[1] == 3; });
  expect_same(tilted.answer({0, 1, 2}), exact);
  EXPECT_LT(chi_squared(drawn({{&tilted, 30000}}), exact, tilted.domain()), chi_squared_limit(exact));
}

TEST(Tilted, ConstraintsReachIntoMergedCodes) {
  const Generator made = with_merged_codes();
  const auto schema = schema_of_codes().constrained({{schema::Never{{{0, {0}}, {1, {1, 4}}}}, "never"}});
  const Tilted tilted(made, schema.constraints()), free(made, schema_of_codes().constraints());
  const auto keep = [&](auto row) { return schema.constraints().allow(row); };
  const auto exact = by_force(free.answer({0, 1, 2}), tilted.domain(), keep);
  expect_same(tilted.answer({0, 1, 2}), exact);
  const Rows rows = drawn({{&tilted, 30000}});
  for (const auto& row : rows) ASSERT_TRUE(keep(std::span(row)));
  EXPECT_LT(chi_squared(rows, exact, tilted.domain()), chi_squared_limit(exact));
}

/// One share for each code of an attribute.
Margin margin(std::uint32_t attribute, const std::vector<double>& shares) {
  Margin made{{attribute}, {}};
  for (std::uint32_t code = 0; code < shares.size(); ++code) made.cells.push_back({{{code}}, shares[code]});
  return made;
}

TEST(Tilted, MatchesMarginsAndKeepsWhatTheyDoNotSay) {
  const Generator made = generator();
  const Tilted before(made, schema_of_domain().constraints());
  Tilted tilted = before;
  EXPECT_LT(tilted.match({margin(0, {0.5, 0.2, 0.3})}), 1e-9);
  expect_same(tilted.answer({0}), {0.5, 0.2, 0.3});
  // Given a, the rest is as it was.
  const std::vector<double> wanted{0.5, 0.2, 0.3};
  const auto joint = tilted.answer({0, 2}), old = before.answer({0, 2}), first = before.answer({0});
  for (std::size_t k = 0; k < joint.size(); ++k) {
    EXPECT_NEAR(joint[k], old[k] / first[k / 3] * wanted[k / 3], 1e-6);
  }
}

TEST(Tilted, MatchesSeveralMarginsOneOfThemOfTwoColumns) {
  const Generator made = generator();
  Tilted tilted(made, schema_of_domain().constraints(), {{0, 2}});
  Margin pair{{0, 2}, {}};
  for (std::uint32_t k = 0; k < 9; ++k) pair.cells.push_back({{{k / 3}, {k % 3}}, (1.0 + k) / 45});
  const Margin single = margin(1, {0.1, 0.2, 0.3, 0.4});
  EXPECT_LT(tilted.match({pair, single}), 1e-6);
  const auto answer = tilted.answer({0, 2});
  for (std::size_t k = 0; k < 9; ++k) EXPECT_NEAR(answer[k], (1.0 + static_cast<double>(k)) / 45, 1e-6);
  expect_same(tilted.answer({1}), {0.1, 0.2, 0.3, 0.4});
}

TEST(Tilted, MatchesSharesOfSeveralCodesTogether) {
  const Generator made = generator();
  const Tilted before(made, schema_of_domain().constraints());
  Tilted tilted = before;
  EXPECT_LT(tilted.match({{{1}, {{{{0, 3}}, 0.75}, {{{1, 2}}, 0.25}}}}), 1e-9);
  const auto now = tilted.answer({1}), old = before.answer({1});
  EXPECT_NEAR(now[0] + now[3], 0.75, 1e-9);
  EXPECT_NEAR(now[0] / now[3], old[0] / old[3], 1e-6);
}

TEST(Tilted, SaysWhatMisfitIsLeft) {
  const Generator made = generator();
  const auto schema = schema_of_domain().constrained({{schema::Determines{0, 2, {0, 1, 2}}, "a gives c"}});
  Tilted tilted(made, schema.constraints());
  const double misfit = tilted.match({margin(0, {0.6, 0.2, 0.2}), margin(2, {0.2, 0.2, 0.6})});
  EXPECT_GT(misfit, 0.1);
  tilted.where(0, {0});
  EXPECT_THROW(tilted.match({margin(0, {0, 1})}), ConfigError);
}

TEST(Tilted, GivesEachStratumItsRowsInEveryBlock) {
  const Generator made = generator();
  Tilted rare(made, schema_of_domain().constraints()), other = rare;
  rare.where(0, {0});
  other.where(0, {1});
  const Rows rows = drawn({{&rare, 40001}, {&other, 80000}});
  ASSERT_EQ(rows.size(), 120001U);
  const auto rare_in = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    return std::count_if(rows.begin() + from, rows.begin() + to, [](const auto& row) { return row[0] == 0; });
  };
  EXPECT_EQ(rare_in(0, 120001), 40001);
  EXPECT_NEAR(static_cast<double>(rare_in(0, 10000)), 3333, 300);
}

TEST(Tilted, IsRepeatableAndDependsOnTheSeed) {
  const Generator made = generator();
  const Tilted tilted(made, schema_of_domain().constraints());
  EXPECT_EQ(drawn({{&tilted, 500}}, 3), drawn({{&tilted, 500}}, 3));
  EXPECT_NE(drawn({{&tilted, 500}}, 3), drawn({{&tilted, 500}}, 4));
}

}  // namespace
}  // namespace fedloom::model
