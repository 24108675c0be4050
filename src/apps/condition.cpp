#include "condition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/schema/csv.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/values.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {

constexpr std::array<std::string_view, 6> kOperators{" in ", "<=", ">=", "<", ">", "="};
constexpr const char* kForms = "write COLUMN=VALUE, COLUMN in A,B or COLUMN>=NUMBER (also >, <, <=)";

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

struct Parts {
  std::uint32_t attribute = 0;
  std::string_view comparison;
  std::string value;
};

/// The longest column name that an operator follows, so that names may hold operators.
Parts split(const schema::Schema& schema, const std::string& text) {
  std::optional<Parts> found;
  std::size_t longest = 0;
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i) {
    const std::string& name = schema.attributes()[i].name;
    if (!text.starts_with(name) || name.size() < longest) continue;
    const std::string rest = text.substr(name.size());
    const std::string after = rest.starts_with(" in ") ? rest : trimmed(rest);
    for (const std::string_view comparison : kOperators) {
      if (!after.starts_with(comparison)) continue;
      found = Parts{i, comparison, trimmed(std::string_view(after).substr(comparison.size()))};
      longest = name.size();
      break;
    }
  }
  if (found) return *found;
  const std::size_t end = text.find_first_of("<>=");
  const std::size_t in = text.find(" in ");
  if (end == std::string::npos && in == std::string::npos) throw UsageError("'" + text + "' is no condition", kForms);
  column_of(schema, trimmed(std::string_view(text).substr(0, std::min(end, in))));
  throw UsageError("'" + text + "' is no condition", kForms);
}

std::vector<std::string> listed(const std::string& text) {
  std::istringstream stream(text);
  schema::CsvReader reader(stream);
  std::vector<std::string> values;
  if (reader.next(values) != schema::CsvReader::Result::record) throw UsageError("'" + text + "' is no list", kForms);
  for (std::string& value : values) value = trimmed(value);
  return values;
}

std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> codes) {
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

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

}  // namespace

std::uint32_t column_of(const schema::Schema& schema, const std::string& name) {
  std::string names;
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i) {
    if (schema.attributes()[i].name == name) return i;
    if (names.size() < 200) names.append(names.empty() ? "" : ", ").append(schema.attributes()[i].name);
  }
  throw UsageError("the model has no column '" + name + "'", "name one of its columns: " + names);
}

Condition parse_condition(const schema::Schema& schema, const std::string& text) {
  const Parts parts = split(schema, text);
  const schema::Attribute& attribute = schema.attributes()[parts.attribute];
  std::vector<std::uint32_t> codes;
  try {
    if (parts.comparison == "=") {
      codes = schema::codes_named(attribute, parts.value);
    } else if (parts.comparison == " in ") {
      for (const std::string& value : listed(parts.value)) {
        const auto more = schema::codes_named(attribute, value);
        codes.insert(codes.end(), more.begin(), more.end());
      }
    } else {
      codes = schema::codes_beside(attribute, parts.comparison, parts.value);
    }
  } catch (const std::invalid_argument& error) {
    throw UsageError("'" + text + "': " + error.what(), "fedloom schema check shows the columns' values and bins");
  }
  return {parts.attribute, sorted(std::move(codes)), text};
}

RareRows parse_rare_rows(const schema::Schema& schema, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::uint64_t rows = 0;
  const char* end = text.data() + text.size();
  if (colon != std::string::npos) {
    const auto read = std::from_chars(text.data() + colon + 1, end, rows);
    if (read.ec != std::errc() || read.ptr != end) rows = 0;
  }
  if (rows == 0 || rows > 1'000'000'000) {
    throw UsageError("'" + text + "' is not COLUMN=VALUE:N", "write such as outcome=died:5000, N from 1 to 10^9");
  }
  return {parse_condition(schema, text.substr(0, colon)), rows};
}

std::optional<double> Knowledge::rows_without_noise() const {
  if (!rows || !sigma || !(*rows > 0)) return std::nullopt;
  return *rows * *rows / (*rows + *sigma * *sigma);
}

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
  std::string text = "  probability under the model  " + figure(100 * knowledge.mass, 3) + " %";
  if (knowledge.rows) text += ", about " + figure(*knowledge.rows, 3) + " rows of the real tables";
  text += "\n  effective components         " + figure(knowledge.effective_components, 3) + " of " +
          std::to_string(components) + "\n";
  if (!has_measurements) {
    return text + "  (of a model alone: its run's folder also tells how much noise such a count has)\n";
  }
  if (!knowledge.sigma) {
    return text +
           "  No released answer holds these columns together: what the rows show of them together was put together "
           "from answers\n  on some of them. It may be far from the truth, and nothing here tells how far.\n";
  }
  text += "  noise of the released count  +- " + figure(*knowledge.sigma, 3) + " rows (" + knowledge.table + ")\n";
  if (const auto rows = knowledge.rows_without_noise()) {
    text += "  worth as much as             " + figure(*rows, 3) + " rows without noise\n";
  }
  if (knowledge.rows && *knowledge.rows < 2 * *knowledge.sigma) {
    text +=
        "  Noise alone makes counts of this size: epsilon does not let one know whether there are such rows at all, "
        "and "
        "what\n  these rows show is mostly what the model takes over from others. More rows of them add no "
        "knowledge.\n";
  }
  return text;
}

}  // namespace fedloom::apps
