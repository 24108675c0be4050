#include "support/goodness_of_fit.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace fedloom::test {
namespace {

constexpr double least_expected = 50;

struct Cell {
  double observed = 0;
  double expected = 0;
};

std::vector<Cell> pooled(std::span<const std::uint64_t> observed, std::span<const double> expected) {
  std::vector<Cell> cells;
  Cell open;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    open.observed += static_cast<double>(observed[i]);
    open.expected += expected[i];
    if (open.expected >= least_expected) {
      cells.push_back(open);
      open = {};
    }
  }
  if (!cells.empty()) {  // what is left joins its neighbour
    cells.back().observed += open.observed;
    cells.back().expected += open.expected;
  }
  return cells;
}

}  // namespace

GoodnessOfFit goodness_of_fit(std::span<const std::uint64_t> observed, std::span<const double> expected) {
  if (observed.size() != expected.size()) throw std::invalid_argument("observed and expected differ in length");
  const double seen = static_cast<double>(std::accumulate(observed.begin(), observed.end(), std::uint64_t{0}));
  const double hoped = std::accumulate(expected.begin(), expected.end(), 0.0);
  if (std::abs(seen - hoped) > 1e-6 * seen + 1e-6) throw std::invalid_argument("observed and expected differ in sum");
  const std::vector<Cell> cells = pooled(observed, expected);
  if (cells.size() < 2) throw std::invalid_argument("too few cells are expected to be hit");
  GoodnessOfFit fit{.cells = cells.size()};
  for (const Cell& cell : cells) {
    const double gap = cell.observed - cell.expected;
    fit.statistic += gap * gap / cell.expected;
  }
  const boost::math::chi_squared law(static_cast<double>(cells.size() - 1));
  fit.p_value = boost::math::cdf(boost::math::complement(law, fit.statistic));
  return fit;
}

}  // namespace fedloom::test
