#include "charts.hpp"

#include <algorithm>
#include <cmath>

#include "html.hpp"

namespace fedloom::report {
namespace {

constexpr std::size_t stage_colours = 5;

struct Point {
  std::string label, tip;
  double value = 0;
};

std::vector<Point> fit_points(const std::vector<RoundFacts>& rounds) {
  std::vector<Point> points;
  for (const auto& round : rounds) {
    if (!std::isfinite(round.chi2_per_cell) || round.chi2_per_cell <= 0 || round.stage == "select") continue;
    const auto tip =
        "round " + std::to_string(round.round) + ", " + round.stage + ": " + number(round.chi2_per_cell, 3);
    points.push_back({std::to_string(round.round), tip, round.chi2_per_cell});
  }
  return points;
}

std::vector<double> ticks_between(double low, double high, const std::vector<double>& firsts) {
  std::vector<double> ticks;
  for (int power = -6; power <= 9; ++power) {
    for (const double first : firsts) {
      const double tick = first * std::pow(10, power);
      if (tick >= low && tick <= high) ticks.push_back(tick);
    }
  }
  return ticks;
}

/// Round numbers inside the range, three to seven where that is possible. 1 is always one of them.
std::vector<double> ticks_between(double low, double high) {
  std::vector<double> ticks;
  for (const auto& firsts : {std::vector<double>{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 5}, {1}}) {
    ticks = ticks_between(low, high, firsts);
    if (ticks.size() <= 7) break;
  }
  return ticks;
}

/// Where the fit chart's values lie on the page.
struct Frame {
  double low, high;
  double left = 11, right = 97, top = 12, bottom = 190;
  double y(double value) const {
    return bottom - (bottom - top) * (std::log(value) - std::log(low)) / (std::log(high) - std::log(low));
  }
  double x(std::size_t k, std::size_t count) const {
    return left + (right - left) * static_cast<double>(k) / static_cast<double>(count - 1);
  }
};

std::string curve(const Frame& frame, const std::vector<Point>& points) {
  std::string path;
  for (std::size_t k = 0; k < points.size(); ++k)
    path += coordinate(frame.x(k, points.size())) + "," + coordinate(frame.y(points[k].value)) + " ";
  path.pop_back();
  // An inner picture stretches to the width; its stroke does not.
  return "<svg width=\"100%\" height=\"220\" viewBox=\"0 0 100 220\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
         "<polyline class=\"curve\" vector-effect=\"non-scaling-stroke\" points=\"" +
         path + "\"/></svg>";
}

}  // namespace

std::string open_svg(const SvgText& text, double height) {
  return "<svg role=\"img\" width=\"100%\" height=\"" + coordinate(height) + "\" aria-labelledby=\"" + text.id + "-t " +
         text.id + "-d\"><title id=\"" + text.id + "-t\">" + escape(text.title) + "</title><desc id=\"" + text.id +
         "-d\">" + escape(text.description) + "</desc>\n";
}

std::string svg_line(std::string_view css, std::pair<double, double> from, std::pair<double, double> to) {
  return "<line class=\"" + std::string(css) + "\" x1=\"" + coordinate(from.first) + "%\" y1=\"" +
         coordinate(from.second) + "\" x2=\"" + coordinate(to.first) + "%\" y2=\"" + coordinate(to.second) + "\"/>\n";
}

std::string svg_label(std::string_view css, std::pair<double, double> at, std::string_view anchor,
                      std::string_view text) {
  return "<text class=\"" + std::string(css) + "\" x=\"" + coordinate(at.first) + "%\" y=\"" + coordinate(at.second) +
         "\" text-anchor=\"" + std::string(anchor) + "\">" + escape(text) + "</text>\n";
}

std::vector<StageCost> costs_by_stage(const std::vector<RoundFacts>& rounds) {
  std::vector<StageCost> stages;
  for (const auto& round : rounds) {
    if (!(round.rho_step > 0)) continue;
    auto found = std::find_if(stages.begin(), stages.end(), [&](const auto& s) { return s.stage == round.stage; });
    if (found == stages.end()) found = stages.insert(found, StageCost{.stage = round.stage});
    ++found->steps;
    found->rho += round.rho_step;
  }
  return stages;
}

std::string budget_chart(const std::vector<StageCost>& stages, double budget) {
  std::string description;
  for (const auto& stage : stages) description += stage.stage + ": " + percent(stage.rho / budget) + ". ";
  auto out = open_svg({"budget", "Share of the privacy budget spent by each stage", description}, 48);
  out += "<rect class=\"left-over\" x=\"0%\" y=\"4\" width=\"100%\" height=\"40\" rx=\"4\"/>\n";
  double from = 0;
  for (std::size_t k = 0; k < stages.size(); ++k) {
    const double share = std::clamp(stages[k].rho / budget, 0.0, 1.0 - from);
    const auto shown = percent(stages[k].rho / budget);
    out += "<g><title>" + escape(stages[k].stage) + ": " + shown + "</title><rect class=\"stage" +
           std::to_string(k % stage_colours) + "\" x=\"" + coordinate(from * 100) + "%\" y=\"4\" width=\"" +
           coordinate(share * 100) + "%\" height=\"40\"/>";
    if (share > 0.16) out += svg_label("on-bar", {(from + share / 2) * 100, 29}, "middle", shown);
    out += "</g>\n";
    from += share;
  }
  return out + "</svg>\n";
}

std::string fit_chart(const std::vector<RoundFacts>& rounds) {
  const auto points = fit_points(rounds);
  if (points.size() < 2) return "";
  Frame frame{1, 1};
  for (const auto& point : points) {
    frame.low = std::min(frame.low, point.value);
    frame.high = std::max(frame.high, point.value);
  }
  frame.low /= 1.15;
  frame.high *= 1.15;
  auto out = open_svg({"fit", "Misfit of the model after each round",
                       "Chi-square per cell goes from " + number(points.front().value, 3) + " to " +
                           number(points.back().value, 3) + "; 1 is the level of the noise."},
                      220);
  for (const double tick : ticks_between(frame.low, frame.high)) {
    out += svg_line(std::abs(tick - 1) < 1e-9 ? "reference" : "grid", {frame.left, frame.y(tick)},
                    {frame.right, frame.y(tick)});
    out += svg_label("tick", {frame.left - 1.5, frame.y(tick) + 4}, "end", number(tick, 3));
  }
  out += svg_label("tick", {frame.left + 0.5, frame.y(1) - 5}, "start", "level of the noise");
  out += curve(frame, points);
  const auto every = (points.size() + 9) / 10;
  for (std::size_t k = 0; k < points.size(); ++k) {
    const auto x = frame.x(k, points.size());
    out += "<circle class=\"point\" cx=\"" + coordinate(x) + "%\" cy=\"" + coordinate(frame.y(points[k].value)) +
           "\" r=\"4\"><title>" + escape(points[k].tip) + "</title></circle>\n";
    if (k % every == 0) out += svg_label("tick", {x, 208}, "middle", points[k].label);
  }
  return out + "</svg>\n";
}

}  // namespace fedloom::report
