#include "fedloom/report/line_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>

#include "html.hpp"

namespace fedloom::report {
namespace {

constexpr double width = 780, height = 420, left = 64, right = 560, top = 44, bottom = 366;
constexpr double label_height = 15;
/// Told apart by people who do not see all colours (Okabe and Ito).
constexpr std::array<const char*, 7> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#56b4e9", "#e69f00", "#000000"};

std::string text_at(double x, double y, const char* anchor, const std::string& text, const std::string& more = "") {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor + "\"" + more + ">" +
         escape(text) + "</text>\n";
}

std::string line_between(double x1, double y1, double x2, double y2, const char* colour) {
  return "<line x1=\"" + coordinate(x1) + "\" y1=\"" + coordinate(y1) + "\" x2=\"" + coordinate(x2) + "\" y2=\"" +
         coordinate(y2) + "\" stroke=\"" + colour + "\"/>\n";
}

/// 1, 2 or 5 times a power of ten, so that there are four to ten steps up to `most`.
double tick_step(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / 4)));
  for (const double first : {5.0, 2.0}) {
    if (most / (first * power) >= 4) return first * power;
  }
  return power;
}

class Axes {
 public:
  explicit Axes(const LinePlot& plot) {
    double most = 0;
    for (const auto& line : plot.lines) {
      for (const auto& [x, y] : line.points) {
        if (!(x > 0) || !std::isfinite(x) || !(y >= 0) || !std::isfinite(y))
          throw std::invalid_argument("a plot's point has no place on its axes");
        xs_.insert(x);
        most = std::max(most, y);
      }
    }
    if (xs_.empty()) throw std::invalid_argument("a plot has no points");
    step_ = tick_step(most > 0 ? most : 1);
    steps_ = static_cast<int>(std::ceil(std::max(most, step_) / step_ - 1e-9));
  }
  double x(double value) const {
    const double low = std::log(*xs_.begin()), high = std::log(*xs_.rbegin());
    return high > low ? left + 12 + (right - left - 24) * (std::log(value) - low) / (high - low) : (left + right) / 2;
  }
  double y(double value) const { return bottom - (bottom - top) * value / (step_ * steps_); }
  std::string drawn(const LinePlot& plot) const {
    std::string out;
    for (int k = 0; k <= steps_; ++k) {
      const double at = y(k * step_);
      out += line_between(left, at, right, at, k == 0 ? "#444" : "#ddd");
      out += text_at(left - 8, at + 4, "end", number(k * step_, 3));
    }
    for (const double value : xs_) {
      out += line_between(x(value), bottom, x(value), bottom + 5, "#444");
      out += text_at(x(value), bottom + 19, "middle", number(value, 3));
    }
    out += text_at((left + right) / 2, bottom + 42, "middle", plot.x_axis);
    const double middle = (top + bottom) / 2;
    return out + text_at(16, middle, "middle", plot.y_axis, " transform=\"rotate(-90 16 " + coordinate(middle) + ")\"");
  }

 private:
  std::set<double> xs_;
  double step_ = 1;
  int steps_ = 1;
};

/// Heights of the lines' labels: as near as can be to their line's end, one under another.
std::vector<double> label_heights(const LinePlot& plot, const Axes& axes) {
  std::vector<std::size_t> order;
  std::vector<double> heights(plot.lines.size());
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    if (plot.lines[i].points.empty()) continue;
    order.push_back(i);
    heights[i] = axes.y(plot.lines[i].points.back().second) + 4;
  }
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return heights[a] < heights[b]; });
  for (std::size_t k = 1; k < order.size(); ++k) {
    heights[order[k]] = std::max(heights[order[k]], heights[order[k - 1]] + label_height);
  }
  // What was pushed below the axis goes up again, and takes those above it along.
  double floor = bottom + 4;
  for (std::size_t k = order.size(); k-- > 0;) {
    heights[order[k]] = std::min(heights[order[k]], floor);
    floor = heights[order[k]] - label_height;
  }
  return heights;
}

std::string drawn(const PlotLine& line, const Axes& axes, const char* colour, double label_height_at) {
  if (line.points.empty()) return "";
  std::string path, marks;
  for (const auto& [x, y] : line.points) {
    path += (path.empty() ? "" : " ") + coordinate(axes.x(x)) + "," + coordinate(axes.y(y));
    marks += "<circle cx=\"" + coordinate(axes.x(x)) + "\" cy=\"" + coordinate(axes.y(y)) + "\" r=\"3.5\" fill=\"" +
             colour + "\"><title>" + escape(line.label + " at " + number(x, 3) + ": " + number(y, 4)) +
             "</title></circle>\n";
  }
  const double end = axes.x(line.points.back().first);
  return "<polyline points=\"" + path + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\"/>\n" + marks +
         line_between(end + 5, axes.y(line.points.back().second), right + 8, label_height_at - 4, "#bbb") +
         text_at(right + 12, label_height_at, "start", shortened(line.label, 28),
                 std::string(" fill=\"") + colour + "\"");
}

}  // namespace

std::string line_plot(const LinePlot& plot) {
  const Axes axes(plot);
  const auto heights = label_heights(plot, axes);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(width) + " " +
                    coordinate(height) + "\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n<title>" +
                    escape(plot.title) + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
                    text_at(left, 24, "start", plot.title, " font-weight=\"bold\"") + axes.drawn(plot);
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    out += drawn(plot.lines[i], axes, colours[i % colours.size()], heights[i]);
  }
  return out + "</svg>\n";
}

}  // namespace fedloom::report
