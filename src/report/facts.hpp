#pragma once
// metrics.json and rounds.jsonl of a public folder, read and checked.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fedloom::report {

struct AttributeFacts {
  std::string name;
  std::vector<std::string> labels;  ///< one a code
};

struct RunFacts {
  std::string name, trust, method;
  double epsilon = 0, delta = 0, epsilon_spent = 0;
  double rho_budget = 0, rho_spent = 0;
  std::vector<std::string> sites;
  std::uint64_t colluding_sites = 0;
  std::uint64_t dropouts = 0;
  std::string coordinator = "curious";
  double rows_estimate = 0, rows_written = 0;
  std::vector<AttributeFacts> attributes;
  std::optional<std::string> adjacency;
  std::optional<std::uint64_t> unit_max_rows,
      unit_max_sites;  ///< of one privacy unit: rows that count at a site, sites
  std::optional<double> seconds;
  std::string version, run_id, config_hash;  ///< empty where the file has none
};

struct RoundFacts {
  std::uint64_t round = 0;
  std::string stage;
  std::vector<std::string> measured;  ///< marginals by name
  std::uint64_t cells = 0;
  double rho_step = 0, rho_spent = 0;
  double chi2_per_cell = 0;  ///< not finite where nothing could be compared yet
};

/// Both throw ConfigError.
RunFacts read_run(const std::filesystem::path& file);
std::vector<RoundFacts> read_rounds(const std::filesystem::path& file);

/// Throws ConfigError when the file is missing.
void require_file(const std::filesystem::path& file);
/// The remedy of every error about a public folder.
extern const char* const public_folder_remedy;

}  // namespace fedloom::report
