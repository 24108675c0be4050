#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "html.hpp"

namespace fedloom::report {
namespace {

constexpr std::size_t most_rows = 45;    ///< more bars than this stand upright, without a label each
constexpr double left = 40, right = 96;  ///< of lying bars, in percent of the width
constexpr double row_height = 20;

/// A round number of percent at or above the largest value shown.
double axis_end(const std::vector<Bar>& bars) {
  double largest = 0.001;
  for (const auto& bar : bars)
    largest = std::max({largest, bar.synthetic, bar.measured ? *bar.measured + bar.sigma : 0.0});
  const double power = std::pow(10, std::floor(std::log10(largest)));
  for (const double step : {1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0}) {
    if (largest <= step * power * (1 + 1e-9)) return step * power;
  }
  return 10 * power;
}

std::string tip_of(const Bar& bar) {
  auto tip = bar.label + ": synthetic " + percent(bar.synthetic, 2);
  if (bar.measured) tip += ", measured " + percent(*bar.measured, 2) + " ± " + percent(bar.sigma, 2);
  return "<title>" + escape(tip) + "</title>";
}

std::string lying_bar(const Bar& bar, double y, double end) {
  const auto at = [&](double share) { return left + (right - left) * std::clamp(share / end, 0.0, 1.0); };
  const double middle = y + row_height / 2;
  auto out = "<g>" + tip_of(bar) + svg_label("name", {left - 2, middle + 4}, "end", shortened(bar.label, 18));
  out += "<rect class=\"synthetic\" x=\"" + coordinate(left) + "%\" y=\"" + coordinate(y + 3) + "\" width=\"" +
         coordinate(at(bar.synthetic) - left) + "%\" height=\"" + coordinate(row_height - 6) + "\"/>";
  if (bar.measured) {
    const double low = at(*bar.measured - bar.sigma), high = at(*bar.measured + bar.sigma);
    out += svg_line("whisker", {low, middle}, {high, middle});
    for (const double x : {low, high}) out += svg_line("whisker", {x, middle - 4}, {x, middle + 4});
    out += "<circle class=\"measured\" cx=\"" + coordinate(at(*bar.measured)) + "%\" cy=\"" + coordinate(middle) +
           "\" r=\"3\"/>";
  }
  return out + "</g>\n";
}

std::string lying_chart(const Distribution& distribution, const SvgText& text) {
  const double end = axis_end(distribution.bars);
  const double bottom = row_height * static_cast<double>(distribution.bars.size()) + 4;
  auto out = open_svg(text, bottom + 20);
  for (const double part : {0.0, 0.5, 1.0}) {
    const double x = left + (right - left) * part;
    out += svg_line("grid", {x, 2}, {x, bottom});
    out += svg_label("tick", {x, bottom + 15}, part == 1.0 ? "end" : "middle", number(end * part * 100, 3) + " %");
  }
  double y = 2;
  for (const auto& bar : distribution.bars) {
    out += lying_bar(bar, y, end);
    y += row_height;
  }
  return out + "</svg>\n";
}

std::string standing_bar(const Bar& bar, double x, double width, double end) {
  constexpr double top = 8, bottom = 160;
  const auto at = [&](double share) { return bottom - (bottom - top) * std::clamp(share / end, 0.0, 1.0); };
  const double middle = x + width / 2, height = bottom - at(bar.synthetic);
  auto out = "<g>" + tip_of(bar) + "<rect class=\"synthetic\" x=\"" + coordinate(x + width * 0.08) + "%\" y=\"" +
             coordinate(at(bar.synthetic)) + "\" width=\"" + coordinate(width * 0.84) + "%\" height=\"" +
             coordinate(height) + "\"/>";
  if (bar.measured) {
    out += svg_line("whisker", {middle, at(*bar.measured - bar.sigma)}, {middle, at(*bar.measured + bar.sigma)});
    out += "<circle class=\"measured\" cx=\"" + coordinate(middle) + "%\" cy=\"" + coordinate(at(*bar.measured)) +
           "\" r=\"1.8\"/>";
  }
  return out + "</g>\n";
}

std::string standing_chart(const Distribution& distribution, const SvgText& text) {
  const auto& bars = distribution.bars;
  const double end = axis_end(bars), from = 14, to = 98;
  const double width = (to - from) / static_cast<double>(bars.size());
  auto out = open_svg(text, 184);
  for (const double part : {0.0, 0.5, 1.0}) {
    const double y = 160 - 152 * part;
    out += svg_line("grid", {from, y}, {to, y}) +
           svg_label("tick", {from - 1.5, y + 4}, "end", number(end * part * 100, 3) + " %");
  }
  for (std::size_t k = 0; k < bars.size(); ++k)
    out += standing_bar(bars[k], from + width * static_cast<double>(k), width, end);
  out += svg_label("tick", {from, 177}, "start", shortened(bars.front().label, 14));
  out += svg_label("tick", {to, 177}, "end", shortened(bars.back().label, 14));
  return out + "</svg>\n";
}

}  // namespace

std::string distribution_chart(const Distribution& distribution, const std::string& id) {
  const auto& bars = distribution.bars;
  const auto top = std::max_element(bars.begin(), bars.end(),
                                    [](const auto& a, const auto& b) { return a.synthetic < b.synthetic; });
  const SvgText text{id, "Distribution of " + distribution.attribute,
                     std::to_string(bars.size()) + " values; the most frequent in the synthetic rows is " + top->label +
                         " with " + percent(top->synthetic) + ". The table below holds all figures."};
  return bars.size() <= most_rows ? lying_chart(distribution, text) : standing_chart(distribution, text);
}

}  // namespace fedloom::report
