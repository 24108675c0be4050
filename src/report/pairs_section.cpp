#include <algorithm>

#include "charts.hpp"
#include "html.hpp"
#include "sections.hpp"

namespace fedloom::report {
namespace {

const std::vector<double> limits_of_dependence = {0.05, 0.1, 0.2, 0.3, 0.5, 0.7};
const std::vector<double> limits_of_residuals = {0.9, 1.1, 1.3, 1.6, 2, 3};
constexpr std::size_t most_listed = 12;

struct Pair {
  double value = 0;
  std::size_t first = 0, second = 0;
};

/// Largest first.
std::vector<Pair> ranked(const PairValues& values) {
  std::vector<Pair> pairs;
  for (std::size_t a = 0; a < values.attributes(); ++a) {
    for (std::size_t b = a + 1; b < values.attributes(); ++b) {
      if (values.at(a, b)) pairs.push_back({*values.at(a, b), a, b});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) { return x.value > y.value; });
  return pairs;
}

std::string name_of(const PageContent& content, const Pair& pair) {
  return content.run.attributes[pair.first].name + " × " + content.run.attributes[pair.second].name;
}

std::string figures_of(const PageContent& content, const std::vector<Pair>& pairs, const std::string& what) {
  std::string rows;
  for (std::size_t k = 0; k < std::min(pairs.size(), most_listed); ++k) {
    rows += "<tr><th scope=\"row\">" + escape(name_of(content, pairs[k])) + "</th>" +
            figure_cell(number(pairs[k].value, 3)) + "</tr>\n";
  }
  return "<details><summary>The largest, as figures</summary>" +
         table(head_cell("Pair") + head_cell(what, true), rows) + "</details>\n";
}

std::string map_of(const PageContent& content, const PairValues& values, const std::string& id,
                   const std::string& title, const std::vector<double>& limits) {
  const auto pairs = ranked(values);
  if (pairs.empty()) return "<p>No pair can be shown.</p>\n";
  HeatMapText text{.id = id, .title = title, .description = {}, .names = {}};
  for (const auto& attribute : content.run.attributes) text.names.push_back(attribute.name);
  text.description = std::to_string(pairs.size()) + " pairs; the largest is " + name_of(content, pairs.front()) +
                     " with " + number(pairs.front().value, 3) + ". The largest stand in the table below.";
  return heat_map(values, text, limits) + figures_of(content, pairs, title);
}

}  // namespace

std::string pairs_section(const PageContent& content) {
  if (content.run.attributes.size() < 2) return "<p>There is one attribute only.</p>\n";
  std::string out = "<div class=\"grid maps\">\n<figure><h3>How attributes hang together in the model</h3>\n";
  out += map_of(content, content.dependence, "dependence", "Cramér’s V", limits_of_dependence);
  out +=
      "<figcaption>Cramér’s V: 0 where two attributes have nothing to do with each other, 1 where one tells the "
      "other.</figcaption></figure>\n<figure><h3>What the model has left over of the measurements</h3>\n";
  out += map_of(content, content.residuals, "residuals", "Residual, in units of the noise", limits_of_residuals);
  out +=
      "<figcaption>Root of the mean squared difference between measurement and model, in units of the noise, over "
      "all measured marginals that hold the pair. Near 1 the rest is noise; blank pairs were not measured. Order of "
      "both maps: the columns’ own.</figcaption></figure>\n</div>\n";
  return out;
}

}  // namespace fedloom::report
