#include "dependence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "charts.hpp"

namespace fedloom::report {
namespace {

using testing::HasSubstr;

const schema::Domain domain({{"a", 2}, {"b", 2}, {"c", 3}});

boundary::Measurement pair(std::int64_t first, double sigma) {
  boundary::Measurement one{.query = {.marginal = schema::Marginal{0, 1}}, .grid_values = {first, 25, 25, 25}};
  one.sigma = sigma;
  return one;
}

TEST(Dependence, OfAModelThatKnowsNothingIsNought) {
  const auto values = dependence_of(model::Generator(domain, 2));
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = a + 1; b < 3; ++b) EXPECT_NEAR(values.at(a, b).value(), 0, 1e-3);
  }
}

TEST(Residuals, AreTheRootOfTheMeanSquareInUnitsOfTheNoise) {
  // The model says 25 in each of four cells; one is 10 off, of σ = 5: z = 2 in one of four.
  const auto values = residuals_of(model::Generator(domain, 2), {pair(35, 5)}, 100);
  EXPECT_NEAR(values.at(0, 1).value(), 1.0, 1e-5);
  EXPECT_FALSE(values.at(0, 2).has_value()) << "it was not measured";
}

TEST(Residuals, LeaveOutWhatWasMeasuredOverOtherBins) {
  auto coarse = pair(35, 5);
  coarse.query.marginal = schema::Marginal{0, 2};
  coarse.coarsening = schema::Coarsening({{2, {0, 0, 1}}});
  auto look = pair(35, 5);
  look.look = true;
  const auto values = residuals_of(model::Generator(domain, 2), {coarse, look}, 100);
  EXPECT_FALSE(values.at(0, 2).has_value());
  EXPECT_FALSE(values.at(0, 1).has_value());
}

TEST(Errors, AreMeansOverTheMarginalsOfADegree) {
  const auto errors = errors_by_degree(model::Generator(domain, 2), {pair(35, 5), pair(45, 5)}, 100);
  EXPECT_EQ(errors[1].marginals, 2U);
  EXPECT_EQ(errors[1].cells, 8U);
  EXPECT_NEAR(errors[1].fitted, (0.1 + 0.2) / 2, 1e-6);
  EXPECT_NEAR(errors[1].expected, std::sqrt(2 / M_PI) * 5 * 4 / 100, 1e-9);
  EXPECT_EQ(errors[0].marginals, 0U);
}

TEST(HeatMap, ShowsEachPairOnceInItsShadeAndNamesThem) {
  PairValues values(3);
  values.at(0, 1) = 0.01;
  values.at(0, 2) = 0.6;
  const auto map = heat_map(values, {"m", "Title", "Words", {"a", "b", "c"}}, {0.5});
  EXPECT_THAT(map, HasSubstr("<path class=\"heat0\" d=\"M0 0h1v1h-1z\"/>"));
  EXPECT_THAT(map, HasSubstr("<path class=\"heat1\" d=\"M0 1h1v1h-1z\"/>"));
  EXPECT_THAT(map, HasSubstr(">c</text>"));
  EXPECT_THAT(map, HasSubstr("0.5 and more"));
}

TEST(HeatMap, OfManyAttributesIsSmall) {
  PairValues values(107);
  std::vector<std::string> names(107, "a long name of an attribute");
  for (std::size_t a = 0; a < 107; ++a) {
    for (std::size_t b = a + 1; b < 107; ++b) values.at(a, b) = static_cast<double>((a * 31 + b * 17) % 100) / 100;
  }
  EXPECT_LT(heat_map(values, {"m", "t", "d", names}, {0.1, 0.3, 0.5}).size(), 150'000U);
}

}  // namespace
}  // namespace fedloom::report
