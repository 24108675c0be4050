#pragma once
// Pictures as inline SVG. Widths are percentages and heights pixels, so that a picture fits any screen and its text
// keeps its size. Colours come from the page's CSS classes.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dependence.hpp"
#include "distributions.hpp"
#include "facts.hpp"

namespace fedloom::report {

struct StageCost {
  std::string stage;
  std::size_t steps = 0;
  double rho = 0;
};

/// In order of first appearance; stages that cost nothing are left out.
std::vector<StageCost> costs_by_stage(const std::vector<RoundFacts>& rounds);

/// One bar: a segment a stage, and what is left of the budget.
std::string budget_chart(const std::vector<StageCost>& stages, double budget);

/// χ² per cell against rounds, on a logarithmic axis. Empty where fewer than two rounds can be shown.
std::string fit_chart(const std::vector<RoundFacts>& rounds);

/// Synthetic bars with the measurement as a point with an error bar of ±1 σ. `id` is unique in the page.
std::string distribution_chart(const Distribution& distribution, const std::string& id);

/// The lower triangle of all pairs as squares, darker where the value is larger; shades change at `limits`, which
/// ascend, seven at most. Pairs without a value are left blank. Names stand beside it where they are few.
struct HeatMapText {
  std::string id, title, description;
  std::vector<std::string> names;
};
std::string heat_map(const PairValues& values, const HeatMapText& text, const std::vector<double>& limits);

/// <svg role="img"> with a title and a description for those who cannot see it.
struct SvgText {
  std::string id, title, description;
};
std::string open_svg(const SvgText& text, double height);
std::string svg_line(std::string_view css, std::pair<double, double> from, std::pair<double, double> to);
/// `anchor` is start, middle or end.
std::string svg_label(std::string_view css, std::pair<double, double> at, std::string_view anchor,
                      std::string_view text);

}  // namespace fedloom::report
