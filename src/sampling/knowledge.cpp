#include "fedloom/sampling/knowledge.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>

namespace fedloom::sampling {
namespace {

/// Bins of a measurement that the condition touches, and all bins of an attribute that it does not name.
std::size_t cells_under(const boundary::Measurement& measurement, const std::vector<Condition>& conditions,
                        const schema::Domain& domain) {
  std::size_t cells = 1;
  for (const std::uint32_t attribute : measurement.query.marginal) {
    const auto bins = measurement.coarsening.bins_of(attribute, domain.size(attribute));
    std::set<std::uint32_t> touched;
    const auto named = std::find_if(conditions.begin(), conditions.end(),
                                    [&](const Condition& condition) { return condition.attribute == attribute; });
    if (named == conditions.end()) {
      touched.insert(bins.begin(), bins.end());
    } else {
      for (const std::uint32_t code : named->codes) touched.insert(bins[code]);
    }
    cells *= touched.size();
  }
  return cells;
}

bool holds_all(const schema::Marginal& marginal, const std::vector<Condition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    return std::find(marginal.begin(), marginal.end(), condition.attribute) != marginal.end();
  });
}

/// Several conditions on one column are one.
std::vector<Condition> by_column(const std::vector<Condition>& conditions) {
  std::map<std::uint32_t, Condition> merged;
  for (const Condition& condition : conditions) {
    const auto [place, fresh] = merged.emplace(condition.attribute, condition);
    if (fresh) continue;
    std::vector<std::uint32_t> both;
    std::set_intersection(place->second.codes.begin(), place->second.codes.end(), condition.codes.begin(),
                          condition.codes.end(), std::back_inserter(both));
    place->second.codes = std::move(both);
  }
  std::vector<Condition> out;
  for (auto& [attribute, condition] : merged) out.push_back(std::move(condition));
  return out;
}

/// Three significant digits.
std::string figure(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

}  // namespace

std::optional<double> Knowledge::rows_without_noise() const {
  if (!rows || !sigma || !(*rows > 0)) return std::nullopt;
  return *rows * *rows / (*rows + *sigma * *sigma);
}

bool Knowledge::noise_hides_them() const { return rows && sigma && *rows < 2 * *sigma; }

Knowledge knowledge_of(const model::Tilted& tilted, const std::vector<Condition>& conditions,
                       const Released& released) {
  Knowledge out;
  out.mass = tilted.mass();
  out.effective_components = tilted.effective_components();
  if (released.rows) out.rows = out.mass * *released.rows;
  const std::vector<Condition> columns = by_column(conditions);
  for (const boundary::Measurement& measurement : released.measurements) {
    if (measurement.query.kind != schema::Query::Kind::marginal) continue;
    if (measurement.query.marginal.degree() == 0 || !holds_all(measurement.query.marginal, columns)) continue;
    const double cells = static_cast<double>(cells_under(measurement, columns, tilted.domain()));
    const double sigma = measurement.sigma * std::sqrt(cells);
    if (out.sigma && *out.sigma <= sigma) continue;
    out.sigma = sigma;
    out.table = measurement.query.marginal.name(tilted.domain());
  }
  return out;
}

std::string in_words(const Knowledge& knowledge, std::uint32_t components, bool has_measurements) {
  std::string text = "  probability under the model  " + figure(100 * knowledge.mass) + " %";
  if (knowledge.rows) text += ", about " + figure(*knowledge.rows) + " rows of the real tables";
  text += "\n  effective components         " + figure(knowledge.effective_components) + " of " +
          std::to_string(components) + "\n";
  if (!has_measurements) {
    return text + "  (of a model alone: its run's folder also tells how much noise such a count has)\n";
  }
  if (!knowledge.sigma) {
    return text +
           "  No released answer holds these columns together: what the rows show of them together was put together "
           "from answers\n  on some of them. It may be far from the truth, and nothing here tells how far.\n";
  }
  text += "  noise of the released count  +- " + figure(*knowledge.sigma) + " rows (" + knowledge.table + ")\n";
  if (const auto rows = knowledge.rows_without_noise()) {
    text += "  worth as much as             " + figure(*rows) + " rows without noise\n";
  }
  if (knowledge.noise_hides_them()) {
    text +=
        "  Noise alone makes counts of this size: epsilon does not let one know whether there are such rows at all, "
        "and "
        "what\n  these rows show is mostly what the model takes over from others. More rows of them add no "
        "knowledge.\n";
  }
  return text;
}

}  // namespace fedloom::sampling
