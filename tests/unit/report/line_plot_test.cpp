#include "fedloom/report/line_plot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace fedloom::report {
namespace {

LinePlot plot_of(std::vector<PlotLine> lines) {
  return {.title = "a < b", .x_axis = "epsilon", .y_axis = "error", .lines = std::move(lines)};
}

std::vector<double> values_of(const std::string& svg, const std::string& pattern) {
  std::vector<double> values;
  const std::regex expression(pattern);
  for (std::sregex_iterator at(svg.begin(), svg.end(), expression), end; at != end; ++at) {
    values.push_back(std::stod((*at)[1]));
  }
  return values;
}

TEST(LinePlot, PlacesPowersOfTenAtEqualDistances) {
  const auto svg = line_plot(plot_of({{"central", {{0.1, 0.3}, {1, 0.2}, {10, 0.1}}}}));
  const auto x = values_of(svg, "cx=\"([0-9.]+)\"");
  ASSERT_EQ(x.size(), 3u);
  EXPECT_NEAR(x[1] - x[0], x[2] - x[1], 0.02);
}

TEST(LinePlot, MeasuresHeightsFromZero) {
  const auto svg = line_plot(plot_of({{"central", {{0.1, 0.4}, {1, 0.2}, {10, 0}}}}));
  const auto y = values_of(svg, "cy=\"([0-9.]+)\"");
  ASSERT_EQ(y.size(), 3u);
  EXPECT_NEAR(y[2] - y[1], y[1] - y[0], 0.02);
}

TEST(LinePlot, KeepsLabelsApart) {
  const auto svg =
      line_plot(plot_of({{"one", {{1, 0.01}}}, {"two", {{1, 0.01}}}, {"three", {{1, 0}}}, {"four", {{1, 1}}}}));
  auto heights = values_of(svg, "y=\"([0-9.]+)\" text-anchor=\"start\" fill=");
  ASSERT_EQ(heights.size(), 4u);
  std::sort(heights.begin(), heights.end());
  for (std::size_t k = 1; k < heights.size(); ++k) EXPECT_GE(heights[k] - heights[k - 1], 14.9);
  EXPECT_LE(heights.back(), 372);
}

TEST(LinePlot, EscapesItsTexts) {
  const auto svg = line_plot(plot_of({{"x & y", {{1, 1}}}}));
  EXPECT_NE(svg.find("a &lt; b"), std::string::npos);
  EXPECT_EQ(svg.find("x & y"), std::string::npos);
}

TEST(LinePlot, RefusesWhatHasNoPlaceOnItsAxes) {
  EXPECT_THROW(line_plot(plot_of({})), std::invalid_argument);
  EXPECT_THROW(line_plot(plot_of({{"a", {{0, 1}}}})), std::invalid_argument);
  EXPECT_THROW(line_plot(plot_of({{"a", {{1, -1}}}})), std::invalid_argument);
}

}  // namespace
}  // namespace fedloom::report
