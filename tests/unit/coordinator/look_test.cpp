#include "coordinator/look.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fedloom::coordinator {
namespace {

using boundary::Measurement;
using schema::Domain;
using schema::Marginal;

constexpr auto kMarginal = schema::Query::Kind::marginal;

Domain domain_of(std::size_t dimensions, std::uint32_t size) {
  std::vector<Domain::Axis> axes;
  for (std::size_t i = 0; i < dimensions; ++i) axes.push_back({"a" + std::to_string(i), size});
  return Domain(axes);
}

/// No noise to speak of.
LookRequest clear(std::size_t degree) { return {degree, 1e6, 1.0, 1e5}; }

TEST(EqualRuns, SplitTheMassIntoNeighbours) {
  EXPECT_EQ(equal_runs({10, 10, 10, 10, 10, 10}, 3), (std::vector<std::uint32_t>{0, 0, 1, 1, 2, 2}));
}

TEST(EqualRuns, LeaveACodeOfMuchMassAlone) {
  EXPECT_EQ(equal_runs({5, 5, 80, 5, 5}, 3), (std::vector<std::uint32_t>{0, 0, 1, 2, 2}));
}

TEST(EqualRuns, UseNoMoreBinsThanAskedForWhateverTheNoise) {
  for (const auto& counts : {std::vector<double>{-5, -3, 0, -1, 0}, std::vector<double>{0, 0, 0, 0, 100},
                             std::vector<double>{100, -1, -1, -1, -1}}) {
    const std::vector<std::uint32_t> bin_of = equal_runs(counts, 3);
    EXPECT_LT(bin_of.back(), 3U);
    for (std::size_t c = 1; c < bin_of.size(); ++c) {
      EXPECT_LE(bin_of[c] - bin_of[c - 1], 1U) << "bins are runs, and none is left out";
    }
  }
}

TEST(LookFor, TakesAllTriplesWhereTheWorkloadHasThem) {
  const auto look = look_for(domain_of(6, 10), {}, clear(3));
  ASSERT_TRUE(look);
  EXPECT_EQ(look->marginals, schema::all_marginals(6, 3));
  EXPECT_EQ(look->bins.over(domain_of(6, 10)).width(), 18U);
  EXPECT_FALSE(look->whole());
}

TEST(LookFor, TakesPairsWhereTriplesAreNotAskedForOrTooMany) {
  for (const auto& [dimensions, degree] : {std::pair<std::size_t, std::size_t>{6, 2}, {60, 3}}) {
    const auto look = look_for(domain_of(dimensions, 10), {}, clear(degree));
    ASSERT_TRUE(look);
    EXPECT_EQ(look->marginals, schema::all_marginals(dimensions, 2));
    EXPECT_EQ(look->bins.over(domain_of(dimensions, 10)).size(0), 4U);
  }
}

TEST(LookFor, IsAtTheCodesWhereThereAreNoMoreThanBins) {
  const auto look = look_for(domain_of(6, 2), {}, clear(3));
  ASSERT_TRUE(look);
  EXPECT_TRUE(look->whole());
}

TEST(LookFor, IsLeftOutWhereItWouldShowNoiseOnly) {
  EXPECT_FALSE(look_for(domain_of(15, 10), {}, {3, 1e-6, 1.0, 1000}));
  EXPECT_FALSE(look_for(domain_of(3000, 10), {}, clear(2))) << "too many pairs to fit to";
}

config::GeneratorConfig keeping(const std::string& name) {
  config::GeneratorConfig generator;
  generator.keep = {name};
  return generator;
}

TEST(LookParts, AreFourTimesAsLargeWhereAnAttributeIsKept) {
  const Domain domain({{"a", 9}, {"b", 9}, {"c", 9}, {"d", 9}});
  const auto look = look_for(domain, {}, clear(3));
  ASSERT_TRUE(look);
  ASSERT_EQ(look->marginals.size(), 4U);
  const std::vector<double> parts = look_parts(*look, Kept(domain, keeping("a"))),
                            equal = look_parts(*look, Kept(domain, {}));
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_DOUBLE_EQ(parts[k], look->marginals[k][0] == 0 ? 4.0 / 13.0 : 1.0 / 13.0);
    EXPECT_DOUBLE_EQ(equal[k], 0.25);
  }
}

TEST(LookParts, AreEqualAtTheCodes) {
  const Domain domain({{"a", 2}, {"b", 2}, {"c", 2}, {"d", 2}});
  const auto look = look_for(domain, {}, clear(3));
  ASSERT_TRUE(look && look->whole());
  for (const double part : look_parts(*look, Kept(domain, keeping("a")))) EXPECT_DOUBLE_EQ(part, 0.25);
}

/// Cells of a table of 900 rows in which the first two of three attributes are equal.
std::vector<std::int64_t> diagonal() {
  std::vector<std::int64_t> out(18, 0);
  for (const std::size_t v : {0, 1, 2}) out[v * 8] = out[v * 8 + 1] = 150;
  return out;
}

TEST(LookErrors, AreThoseOfThePairsThatTheModelMisses) {
  const Domain domain({{"a", 3}, {"b", 3}, {"c", 2}});
  const Measurement triple{{kMarginal, {0, 1, 2}, 0, 0}, diagonal(), 0, 0.001, 2};
  const auto errors = look_errors({&triple}, domain, [&](const std::vector<Marginal>& pairs) {
    std::vector<std::vector<float>> independent;
    for (const Marginal& pair : pairs) {
      const auto cells = static_cast<std::size_t>(pair.cells(domain));
      independent.emplace_back(cells, 900.0F / static_cast<float>(cells));
    }
    return independent;
  });
  ASSERT_EQ(errors.size(), 3U);
  // ‖300·I − 100‖² = 3·200² + 6·100².
  EXPECT_NEAR(errors.at({0, 1}), 2.0 * std::sqrt(9.0 * 180'000.0), 1.0);
  EXPECT_NEAR(errors.at({0, 2}), 0.0, 1.0);
  EXPECT_NEAR(errors.at({1, 2}), 0.0, 1.0);
}

TEST(LookErrors, TakeTheirNoiseOff) {
  const Domain domain({{"a", 3}, {"b", 3}, {"c", 2}});
  const Measurement triple{{kMarginal, {0, 1, 2}, 0, 0}, diagonal(), 0, 1000, 2};
  const auto errors = look_errors({&triple}, domain, [&](const std::vector<Marginal>& pairs) {
    std::vector<std::vector<float>> nothing;
    for (const Marginal& pair : pairs) nothing.emplace_back(pair.cells(domain), 0.0F);
    return nothing;
  });
  for (const auto& [pair, error] : errors) EXPECT_EQ(error, 0.0) << "all of it may be noise of σ = 1000";
}

}  // namespace
}  // namespace fedloom::coordinator
