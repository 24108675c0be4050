#include "comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "charts.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/json_depth.hpp"
#include "html.hpp"
#include "sections.hpp"

namespace fedloom::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_lines = 40;  ///< of one table; the worst come first
const std::vector<double> limits_of_differences = {0.02, 0.05, 0.1, 0.15, 0.2, 0.3};

/// Names of members that say too little by themselves.
const std::map<std::string, std::string>& titles() {
  static const std::map<std::string, std::string> known = {
      {"tv", "Total variation"},
      {"mean_l1", "Mean L1"},
      {"worst_l1", "Worst L1"},
      {"mean_tv", "Mean total variation"},
      {"worst_tv", "Worst total variation"},
      {"k_marginal", "k-marginal score"},
      {"auroc", "AUC (ROC)"},
      {"auprc", "AUC (precision, recall)"},
      {"cramers_v", "Cramér’s V, real and synthetic"},
      {"pearson", "Correlation, real and synthetic"},
      {"pmse", "pMSE"},
      {"rows_real", "Real rows"},
      {"rows_synthetic", "Synthetic rows"},
      {"tstr", "Trained on synthetic rows, tested on real ones"},
      {"trained_on_real", "Trained on real rows"},
      {"columns", "Columns, the worst first"},
      {"pairs", "Pairs, the worst first"},
      {"mean_and_ci95", "Mean over the samples, and half the width of its 95 % interval"},
      {"validity", "Rules of the schema"},
      {"propensity", "Propensity: can a regression tell the rows apart?"},
      {"detection", "Detection: can trees tell the rows apart?"},
      {"sites", "Each site"},
      {"skipped", "What was left out, and why"},
      {"figures", "At a glance"}};
  return known;
}

std::string title_of(const std::string& key) {
  const auto known = titles().find(key);
  if (known != titles().end()) return known->second;
  auto text = escape(key);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

/// Errors of marginals inside a row of another table: the mean of each degree says enough.
bool is_errors(const Json& value) {
  return value.is_array() && !value.empty() && value[0].is_object() && value[0].contains("degree") &&
         value[0].contains("mean_l1");
}

std::string value_of(const Json& value) {
  if (value.is_null()) return "–";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_integer()) return grouped(value.get<double>());
  if (value.is_number()) return number(value.get<double>(), 4);
  if (value.is_string()) return escape(value.get<std::string>());
  std::string all;
  if (is_errors(value)) {
    for (const auto& one : value) {
      const bool whole = one.is_object() && one.contains("degree") && one.contains("mean_l1");
      if (whole) all += (all.empty() ? "" : ", ") + value_of(one["degree"]) + "-way " + value_of(one["mean_l1"]);
    }
    return "mean L1: " + all;
  }
  for (const auto& [key, one] : value.items()) {
    all += (all.empty()         ? ""
            : value.is_object() ? "; "
                                : ", ") +
           (value.is_object() ? title_of(key) + " " : std::string()) + value_of(one);
  }
  return all.empty() ? "–" : all;
}

bool is_table(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_object(); });
}

std::string table_of(const Json& list) {
  std::string head, rows;
  for (const auto& [key, value] : list[0].items())
    head += head_cell(key == "columns" ? "Columns" : title_of(key), value.is_number());
  const auto shown = std::min(list.size(), most_lines);
  for (std::size_t k = 0; k < shown; ++k) {
    rows += "<tr>";
    for (const auto& [key, ignored] : list[0].items()) {
      const auto value = list[k].contains(key) ? list[k][key] : Json();
      rows += value.is_number() || value.is_null() ? figure_cell(value_of(value)) : cell(value_of(value));
    }
    rows += "</tr>\n";
  }
  return table(head, rows) + (shown < list.size() ? "<p class=\"soft\">and " + std::to_string(list.size() - shown) +
                                                        " more, which the evaluation’s JSON holds.</p>\n"
                                                  : "");
}

double figure_of(const Json& row, const char* key, double without) {
  return row.contains(key) && row[key].is_number() ? row[key].get<double>() : without;
}

/// Columns by their score, pairs by their distance.
Json worst_first(const std::string& key, Json list) {
  std::stable_sort(list.begin(), list.end(), [&](const Json& a, const Json& b) {
    return key == "columns" ? figure_of(a, "score", 2) < figure_of(b, "score", 2)
                            : figure_of(a, "tv", -1) > figure_of(b, "tv", -1);
  });
  return list;
}

/// |V_real − V_synthetic| of each pair.
std::string map_of_differences(const Json& pairs, const std::vector<std::string>& attributes, const std::string& id) {
  PairValues values(attributes.size());
  std::size_t known = 0;
  for (const auto& pair : pairs) {
    if (!pair.contains("columns") || !pair.contains("cramers_v") || pair["columns"].size() != 2) continue;
    const auto place = [&](const Json& name) {
      return static_cast<std::size_t>(std::find(attributes.begin(), attributes.end(), name) - attributes.begin());
    };
    const auto first = place(pair["columns"][0]), second = place(pair["columns"][1]);
    const auto& v = pair["cramers_v"];
    const bool both = v.size() == 2 && v[0].is_number() && v[1].is_number();
    if (std::max(first, second) >= attributes.size() || first == second || !both) continue;
    values.at(std::min(first, second), std::max(first, second)) = std::abs(v[0].get<double>() - v[1].get<double>());
    ++known;
  }
  if (known == 0) return "";
  const HeatMapText text{id, "Difference of Cramér’s V between real and synthetic rows",
                         std::to_string(known) + " pairs; the table of pairs holds the figures of the worst.",
                         attributes};
  return "<figure><h3>" + text.title + "</h3>\n" + heat_map(values, text, limits_of_differences) + "</figure>\n";
}

std::string part(const std::string& key, const Json& value) {
  const auto heading = "<h3>" + title_of(key) + "</h3>\n";
  if (is_table(value)) return heading + table_of(key == "columns" || key == "pairs" ? worst_first(key, value) : value);
  if (!value.is_object() || value.empty()) return "";
  std::string rows, tables;
  for (const auto& [name, one] : value.items()) {
    if (is_table(one)) {
      tables += "<h4>" + title_of(name) + "</h4>\n" + table_of(one);
    } else {
      rows += fact_row(title_of(name), value_of(one));
    }
  }
  return heading + (rows.empty() ? "" : table("", rows)) + tables;
}

/// Scalars as one table, then everything else in its own.
std::string parts_of(const Json& object) {
  std::string rows, parts;
  for (const auto& [key, value] : object.items()) {
    if (key == "private" || key == "samples") continue;
    if (value.is_structured()) {
      parts += part(key, value);
    } else {
      rows += fact_row(title_of(key), value_of(value));
    }
  }
  return (rows.empty() ? "" : table("", rows)) + parts;
}

}  // namespace

std::string not_private_warning() {
  return "<div class=\"warning\" role=\"alert\"><b>NOT PRIVATE. Must not leave this place.</b><p>This page holds exact "
         "figures of real rows, without any noise. Nobody’s privacy is protected on it. Do not publish it, send it or "
         "copy it to where the rows may not be. The page that may be published is public/report.html.</p></div>\n";
}

std::string comparison_sections(std::string_view evaluation_json, const std::filesystem::path& file,
                                const std::vector<std::string>& attributes) {
  const auto json = nested_too_deeply(evaluation_json) ? Json() : Json::parse(evaluation_json, nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("private") || !json.contains("samples") ||
      !is_table(json["samples"])) {
    throw ConfigError({.file = file.string()}, "this is not what `fedloom evaluate --json` writes",
                      "make it by `fedloom evaluate … --json`, or name the real rows by --real");
  }
  std::string html;
  std::size_t count = 0;
  for (const auto& sample : json["samples"]) {
    const auto id = "sample" + std::to_string(count++);
    const auto name = sample.contains("name") ? value_of(sample["name"]) : std::to_string(count);
    html += "<section aria-labelledby=\"" + id + "\">\n<h2 id=\"" + id + "\">Compared with real rows: " + name +
            "</h2>\n" + parts_of(sample) +
            (sample.contains("pairs") ? map_of_differences(sample["pairs"], attributes, id + "-map") : "") +
            "</section>\n";
  }
  return html + "<section aria-labelledby=\"all-samples\">\n<h2 id=\"all-samples\">The real rows</h2>\n" +
         parts_of(json) + "</section>\n";
}

}  // namespace fedloom::report
