#include "distributions.hpp"

#include <cmath>

namespace fedloom::report {
namespace {

std::vector<Bar> grouped_bars(const std::vector<Bar>& bars, std::size_t size) {
  std::vector<Bar> groups;
  for (std::size_t first = 0; first < bars.size(); first += size) {
    auto group = bars[first];
    double variance = group.sigma * group.sigma;
    const auto last = std::min(first + size, bars.size()) - 1;
    for (auto k = first + 1; k <= last; ++k) {
      group.synthetic += bars[k].synthetic;
      if (group.measured) *group.measured += bars[k].measured.value_or(0);
      variance += bars[k].sigma * bars[k].sigma;
    }
    group.sigma = std::sqrt(variance);
    if (last > first) group.label += " … " + bars[last].label;
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace

std::vector<Distribution> distributions_of(const RunFacts& run, const model::Generator& generator,
                                           const std::vector<boundary::Measurement>& measurements) {
  std::vector<Distribution> out;
  const double rows = std::max(run.rows_estimate, 1.0);
  for (std::uint32_t i = 0; i < run.attributes.size(); ++i) {
    const auto& [name, labels] = run.attributes[i];
    const auto synthetic = generator.one_way_of_rows(i);
    const auto noisy = boundary::one_way_of(i, measurements);
    std::vector<Bar> bars;
    for (std::size_t k = 0; k < labels.size(); ++k) {
      bars.push_back({labels[k], synthetic[k], std::nullopt, 0});
      if (!noisy) continue;
      bars.back().measured = noisy->counts[k] / rows;
      bars.back().sigma = noisy->sigma / rows;
    }
    const auto size = (bars.size() + most_bars - 1) / most_bars;
    out.push_back({name, size > 1 ? grouped_bars(bars, size) : std::move(bars), size});
  }
  return out;
}

}  // namespace fedloom::report
