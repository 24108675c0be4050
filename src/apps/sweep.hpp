#pragma once
// A sweep: one experiment at several ε, trust modes, numbers of sites and methods, each several times, on public rows.

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/config/config.hpp"
#include "fedloom/data/table.hpp"

namespace fedloom::apps {

/// A curve of a sweep's plots. With trust: central there is one site.
struct SweepSetting {
  config::Trust trust = config::Trust::none;
  std::uint32_t sites = 1;
  config::Method method = config::Method::gem;
  std::string label() const;  ///< "none, 3 sites"; "central"; "central, independent"
  bool operator==(const SweepSetting&) const = default;
};
struct SweepPoint {
  SweepSetting setting;
  double epsilon = 1;
  std::uint32_t repeat = 1;  ///< from 1
  std::string name() const;  ///< "eps0.1-none-3-gem-r1"
};
/// What one run gave. Errors are means of the L1 distance over all marginals of a degree: from real rows.
struct SweepResult {
  SweepPoint point;
  std::uint64_t rows = 0;     ///< synthetic ones
  std::vector<double> error;  ///< of degree 1, 2, …
  double seconds = 0;         ///< wall clock of the whole run
  double cpu_seconds = 0;     ///< all processes of the run together
  double peak_mb = 0;         ///< of the process that had most
  std::string to_json() const;
};
struct SweepRange {
  std::vector<double> epsilons;
  std::vector<std::uint32_t> sites;
  std::vector<config::Trust> trusts;
  std::vector<config::Method> methods;
  std::uint32_t repeats = 1;
};

/// All points in order. Settings that cannot be (too few sites for what the experiment withstands) are left out and
/// told of in `left_out`. trust: central comes once, whatever the numbers of sites.
std::vector<SweepPoint> points_of(const SweepRange& range, const config::PrivacyConfig& privacy,
                                  std::vector<std::string>& left_out);

/// The experiment with a roster of throw-away keys, as its own is of other sites or not yet there. `sites`: how many it
/// may have at most. Writes to `folder`/base.
config::Experiment load_for_sweep(const std::filesystem::path& experiment, std::uint32_t sites,
                                  const std::filesystem::path& folder);

/// Rows as text, under the columns of a schema.
struct SweepRows {
  std::string header;             ///< a CSV line
  std::vector<std::string> rows;  ///< CSV lines
};
/// Tables together, columns in the schema's order. Throws DataError.
SweepRows read_rows(const std::vector<std::filesystem::path>& tables, const schema::Schema& schema);
/// The rows in a public random order, dealt in turn to n files `folder`/site-<k>.csv. Gives the files.
std::vector<std::filesystem::path> deal(const SweepRows& rows, std::uint32_t sites, std::uint64_t seed,
                                        const std::filesystem::path& folder);

/// One run through the real programs, and its score. Leaves nothing behind but `folder`.log. Throws EnvironmentError
/// naming that log when the run fails.
SweepResult run_point(const SweepPoint& point, const config::Experiment& experiment, const SweepRows& rows,
                      const data::Table& real, const std::filesystem::path& folder);

/// What to_json() wrote. Throws ConfigError naming the file when it is something else.
SweepResult read_result(const std::filesystem::path& file);
/// What write_sweep() wrote as sweep.json.
std::vector<SweepResult> read_results(const std::filesystem::path& file);

config::Trust trust_of(const std::string& name);
config::Method method_of(const std::string& name);

/// sweep.json, sweep.csv, sweep.md and error-<degree>.svg.
void write_sweep(const std::vector<SweepResult>& results, const std::string& name, const std::filesystem::path& folder);

}  // namespace fedloom::apps
