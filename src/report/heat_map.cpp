#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "html.hpp"

namespace fedloom::report {
namespace {

constexpr std::size_t most_named = 30;  ///< attributes whose names fit beside the map

/// Cells of one shade as one path: a picture of 107 attributes stays small.
std::string cells_of(const PairValues& values, const std::vector<double>& limits, std::size_t level) {
  const auto level_of = [&](double value) {
    const auto above = std::upper_bound(limits.begin(), limits.end(), value);
    return static_cast<std::size_t>(above - limits.begin());
  };
  std::string path;
  for (std::size_t row = 1; row < values.attributes(); ++row) {
    for (std::size_t from = 0; from < row;) {
      std::size_t to = from;
      while (to < row && values.at(to, row) && level_of(*values.at(to, row)) == level) ++to;
      if (to == from) {
        ++from;
        continue;
      }
      path += "M" + std::to_string(from) + " " + std::to_string(row - 1) + "h" + std::to_string(to - from) + "v1h-" +
              std::to_string(to - from) + "z";
      from = to;
    }
  }
  if (path.empty()) return "";
  return "<path class=\"heat" + std::to_string(level) + "\" d=\"" + path + "\"/>\n";
}

std::string names_of(const std::vector<std::string>& names, double left, double cell) {
  std::string out;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double y = cell * static_cast<double>(k);
    const auto name = escape(shortened(names[k], 14));
    if (k > 0)
      out += "<text class=\"tick\" text-anchor=\"end\" x=\"" + coordinate(left - 5) + "\" y=\"" +
             coordinate(y - cell / 2 + 4) + "\">" + name + "</text>\n";
    if (k + 1 < names.size()) {
      const auto x = coordinate(left + y + cell / 2 + 4),
                 below = coordinate(cell * static_cast<double>(names.size() - 1) + 6);
      out += "<text class=\"tick\" text-anchor=\"end\" x=\"" + x + "\" y=\"" + below + "\" transform=\"rotate(-60 " +
             x + " " + below + ")\">" + name + "</text>\n";
    }
  }
  return out;
}

}  // namespace

std::string heat_map(const PairValues& values, const HeatMapText& text, const std::vector<double>& limits) {
  const auto count = values.attributes();
  const bool named = count <= most_named;
  const double left = named ? 92 : 4, cell = named ? std::max(14.0, 330.0 / static_cast<double>(count)) : 4;
  const double side = cell * static_cast<double>(count - 1);
  const double width = left + side + 8, height = side + (named ? 90 : 8);
  auto out = "<svg role=\"img\" class=\"map\" viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) +
             "\" style=\"max-width:" + coordinate(std::max(width, 320.0)) + "px\" aria-labelledby=\"" + text.id +
             "-t " + text.id + "-d\"><title id=\"" + text.id + "-t\">" + escape(text.title) + "</title><desc id=\"" +
             text.id + "-d\">" + escape(text.description) + "</desc>\n<g transform=\"translate(" + coordinate(left) +
             " 0) scale(" + coordinate(cell) + ")\" shape-rendering=\"crispEdges\">\n";
  for (std::size_t level = 0; level <= limits.size(); ++level) out += cells_of(values, limits, level);
  out += "</g>\n" + (named ? names_of(text.names, left, cell) : "") + "</svg>\n";
  if (!named) {
    out += "<p class=\"legend\">Too many to name: from left to right " + escape(text.names.front()) + " to " +
           escape(text.names[count - 2]) + ", from top to bottom " + escape(text.names[1]) + " to " +
           escape(text.names.back()) + ", in the order of the columns.</p>\n";
  }
  out += "<p class=\"legend\">";
  for (std::size_t level = 0; level <= limits.size(); ++level) {
    const auto from = level == 0 ? "below " + number(limits.front(), 3) : number(limits[level - 1], 3) + " and more";
    out += "<span class=\"nowrap\"><span class=\"key heat" + std::to_string(level) + "\"></span>" + from + "</span> ";
  }
  return out + "</p>\n";
}

}  // namespace fedloom::report
