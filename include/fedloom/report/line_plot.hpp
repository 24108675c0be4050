#pragma once
// A picture of lines over a logarithmic axis, as one SVG file that stands alone: no style sheet, no script.

#include <string>
#include <utility>
#include <vector>

namespace fedloom::report {

struct PlotLine {
  std::string label;                              ///< written at the line's right end
  std::vector<std::pair<double, double>> points;  ///< x > 0 ascending, y ≥ 0
};

struct LinePlot {
  std::string title, x_axis, y_axis;
  std::vector<PlotLine> lines;
};

/// x is logarithmic with a tick at each value that occurs, y is linear from 0. Labels that would overlap are moved
/// apart. The same plot gives the same bytes. Throws std::invalid_argument when there is no point, or one that has no
/// place on the axes.
std::string line_plot(const LinePlot& plot);

}  // namespace fedloom::report
