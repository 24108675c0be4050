#pragma once
// A small public folder, as a finished run leaves it.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fedloom/base/file.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/generator.hpp"

namespace fedloom::report {

/// Two attributes, sex (2 values) and colour (3); a model that knows nothing, so every value has the same share.
class PublicFolder {
 public:
  explicit PublicFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("fedloom-report-" + name)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    metrics = {{"name", "adult-three-sites"},
               {"epsilon", 1.0},
               {"delta", 1e-9},
               {"rho_budget", 0.02},
               {"rho_spent", 0.02},
               {"epsilon_spent", 0.9999},
               {"sites", {"north", "south", "west"}},
               {"colluding_sites", 1},
               {"trust", "none"},
               {"method", "gem"},
               {"rows_estimate", 1000.0},
               {"rows_written", 48842},
               {"adjacency", "add_remove"},
               {"unit_max_rows", 1},
               {"unit_max_sites", 1},
               {"attributes",
                {{{"name", "sex"}, {"labels", {"Female", "Male"}}},
                 {{"name", "colour"}, {"labels", {"red", "green", "blue"}}}}}};
    rounds = {round(1, "one-way", {"sex", "colour"}, 0.005, nullptr), round(2, "measure", {"sex × colour"}, 0.01, 4.25),
              round(3, "measure", {"sex × colour"}, 0.005, 1.5)};
  }
  ~PublicFolder() { std::filesystem::remove_all(path_); }
  PublicFolder(const PublicFolder&) = delete;
  PublicFolder& operator=(const PublicFolder&) = delete;

  nlohmann::json metrics;
  std::vector<nlohmann::json> rounds;

  /// Writes all files; the domain's names and sizes are those of metrics.
  void write() const {
    std::vector<schema::Domain::Axis> axes;
    for (const auto& one : metrics["attributes"])
      axes.push_back({one["name"].get<std::string>(), static_cast<std::uint32_t>(one["labels"].size())});
    const schema::Domain domain(axes);
    model::Generator(domain, 2).save(path_, {});
    boundary::save_measurements(path_ / "measurements.jsonl", domain, {one_way(domain)});
    write_atomically(path_ / "metrics.json", metrics.dump());
    std::string lines;
    for (const auto& one : rounds) lines += one.dump() + "\n";
    write_atomically(path_ / "rounds.jsonl", lines);
  }
  std::string page() const { return read_text(path_ / "report.html"); }
  const std::filesystem::path& path() const { return path_; }

  static nlohmann::json round(int number, const std::string& stage, const std::vector<std::string>& measured,
                              double rho, const nlohmann::json& chi2) {
    return {{"round", number},       {"rounds_planned", 3}, {"stage", stage},
            {"measured", measured},  {"cells", 6},          {"rho_step", rho},
            {"rho_spent", 0.02},     {"rho_budget", 0.02},  {"rows_estimate", 1000},
            {"chi2_per_cell", chi2}, {"lambda", 0.1},       {"seconds_fit", 0.5}};
  }

 private:
  /// The first attribute in round 1: counts 400 and −20, then noughts; σ = 12.5.
  static boundary::Measurement one_way(const schema::Domain& domain) {
    boundary::Measurement measurement{.query = {.marginal = schema::Marginal{0}}};
    measurement.grid_values.assign(domain.size(0), 0);
    measurement.grid_values[0] = 800;
    if (domain.size(0) > 1) measurement.grid_values[1] = -40;
    measurement.grid_bits = 1;
    measurement.sigma = 12.5;
    measurement.round = 1;
    return measurement;
  }

  std::filesystem::path path_;
};

}  // namespace fedloom::report
