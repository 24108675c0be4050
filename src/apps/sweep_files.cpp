// What a sweep leaves: its figures as JSON and CSV, a table for people, and plots.

#include <algorithm>
#include <map>

#include "fedloom/base/file.hpp"
#include "fedloom/report/line_plot.hpp"
#include "fedloom/schema/number.hpp"
#include "program.hpp"
#include "sweep.hpp"

namespace fedloom::apps {
namespace {

struct Curve {
  SweepSetting setting;
  std::map<double, std::vector<const SweepResult*>> at;  ///< by ε
};

std::vector<Curve> curves_of(const std::vector<SweepResult>& results) {
  std::vector<Curve> curves;
  for (const auto& result : results) {
    auto found = std::find_if(curves.begin(), curves.end(),
                              [&](const Curve& curve) { return curve.setting == result.point.setting; });
    if (found == curves.end()) found = curves.insert(found, {result.point.setting, {}});
    found->at[result.point.epsilon].push_back(&result);
  }
  return curves;
}

template <typename Of>
double mean(const std::vector<const SweepResult*>& results, Of of) {
  double sum = 0;
  for (const auto* result : results) sum += of(*result);
  return sum / static_cast<double>(results.size());
}

std::size_t degrees_of(const std::vector<SweepResult>& results) {
  std::size_t degrees = 0;
  for (const auto& result : results) degrees = std::max(degrees, result.error.size());
  return degrees;
}

double error_of(const SweepResult& result, std::size_t degree) {
  return degree <= result.error.size() ? result.error[degree - 1] : 0;
}

std::string json_of(const std::vector<SweepResult>& results) {
  std::string text;
  for (const auto& result : results) text += (text.empty() ? "[\n " : ",\n ") + result.to_json();
  return (text.empty() ? "[" : text) + "\n]\n";
}

std::string csv_of(const std::vector<SweepResult>& results) {
  const std::size_t degrees = degrees_of(results);
  std::string text = "trust,sites,method,epsilon,repeat,rows";
  for (std::size_t k = 1; k <= degrees; ++k) text += ",error_" + std::to_string(k);
  text += ",seconds,cpu_seconds,peak_mb\n";
  for (const auto& result : results) {
    text += std::string(config::name_of(result.point.setting.trust)) + "," +
            std::to_string(result.point.setting.sites) + "," + config::name_of(result.point.setting.method) + "," +
            schema::shortest(result.point.epsilon) + "," + std::to_string(result.point.repeat) + "," +
            std::to_string(result.rows);
    for (std::size_t k = 1; k <= degrees; ++k) text += "," + schema::shortest(error_of(result, k));
    text +=
        "," + figure(result.seconds, 4) + "," + figure(result.cpu_seconds, 4) + "," + figure(result.peak_mb, 4) + "\n";
  }
  return text;
}

std::string markdown_of(const std::vector<SweepResult>& results, const std::string& name) {
  const std::size_t degrees = degrees_of(results);
  std::string head = "| setting | epsilon | runs |", rule = "|---|---|---|";
  for (std::size_t k = 1; k <= degrees; ++k) {
    head += " " + std::to_string(k) + "-way error |";
    rule += "---|";
  }
  std::string text = "# " + name +
                     "\n\nMean L1 distance between the marginals of synthetic and real rows (0: same, 2: "
                     "disjoint), mean over the runs.\nTime is of all processes of a run together, memory of the one "
                     "that had most.\n\n" +
                     head + " CPU s | s | peak MB |\n" + rule + "---|---|---|\n";
  for (const auto& curve : curves_of(results)) {
    for (const auto& [epsilon, runs] : curve.at) {
      text +=
          "| " + curve.setting.label() + " | " + schema::shortest(epsilon) + " | " + std::to_string(runs.size()) + " |";
      for (std::size_t k = 1; k <= degrees; ++k) {
        text += " " + figure(mean(runs, [&](const SweepResult& run) { return error_of(run, k); }), 3) + " |";
      }
      text += " " + figure(mean(runs, [](const SweepResult& run) { return run.cpu_seconds; }), 3) + " | " +
              figure(mean(runs, [](const SweepResult& run) { return run.seconds; }), 3) + " | " +
              figure(mean(runs, [](const SweepResult& run) { return run.peak_mb; }), 3) + " |\n";
    }
  }
  return text;
}

std::string plot_of(const std::vector<SweepResult>& results, std::size_t degree, const std::string& name) {
  report::LinePlot plot{.title = name + ": mean " + std::to_string(degree) + "-way error",
                        .x_axis = "epsilon",
                        .y_axis = "mean L1 error",
                        .lines = {}};
  for (const auto& curve : curves_of(results)) {
    auto& line = plot.lines.emplace_back(report::PlotLine{curve.setting.label(), {}});
    for (const auto& [epsilon, runs] : curve.at) {
      line.points.emplace_back(epsilon, mean(runs, [&](const SweepResult& run) { return error_of(run, degree); }));
    }
  }
  return report::line_plot(plot);
}

}  // namespace

void write_sweep(const std::vector<SweepResult>& results, const std::string& name,
                 const std::filesystem::path& folder) {
  write_atomically(folder / "sweep.json", json_of(results));
  write_atomically(folder / "sweep.csv", csv_of(results));
  write_atomically(folder / "sweep.md", markdown_of(results, name));
  for (std::size_t k = 1; k <= degrees_of(results); ++k) {
    write_atomically(folder / ("error-" + std::to_string(k) + ".svg"), plot_of(results, k, name));
  }
}

}  // namespace fedloom::apps
