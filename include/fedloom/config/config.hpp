#pragma once
// YAML → validated values. The only user of yaml-cpp. Every error is a ConfigError with file, line and remedy.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/identity.hpp"
#include "fedloom/base/quorum.hpp"
#include "fedloom/privacy/units.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::config {

enum class Trust : std::uint8_t { none, aggregate, central };
/// Of trust: aggregate. Fewer hide nobody's totals: each could take its own off, and hold the other's.
inline constexpr std::uint32_t least_aggregate_sites = 3;
enum class Method : std::uint8_t { gem, independent };
enum class Network : std::uint8_t { table, mlp };
const char* name_of(Trust trust) noexcept;
const char* name_of(Method method) noexcept;
const char* name_of(Network network) noexcept;

struct PrivacyConfig {
  privacy::Epsilon epsilon;
  privacy::Delta delta;
  Trust trust = Trust::none;
  std::uint32_t colluding_sites = 1;
  std::uint32_t dropouts = 0;                      ///< sites that may vanish in a round; 0 but with trust: none
  Coordinator coordinator = Coordinator::curious;  ///< what is assumed of it, with trust: none
  std::uint32_t max_rows = 1;   ///< entity bound the noise is sized for: rows of one entity at one site
  std::uint32_t max_sites = 1;  ///< … and sites that may know one entity
};
struct GeneratorConfig {
  Method method = Method::gem;
  Network network = Network::table;
  std::optional<std::uint32_t> components;  ///< B; none: auto, by the noise of what was measured
  std::uint32_t degree = 3;                 ///< workload: all marginals of this degree, 1..3
  std::vector<std::string> keep;            ///< attributes whose marginals are sought first: docs/generator.md
  std::uint64_t max_cells = 10000;          ///< cell limit of a candidate
};
struct TransportConfig {
  Millis tick{250};
  Millis join_limit{120000};
  Millis reply_limit{300000};
};
/// Files of synthetic rows that a run writes: synthetic.csv, synthetic.sql, synthetic.parquet.
enum class OutputFormat : std::uint8_t { csv, sql, parquet };
const char* name_of(OutputFormat format) noexcept;
/// The experiment, written by the lead: public.
struct Experiment {
  std::filesystem::path file;
  std::string name;
  schema::Schema schema;
  PrivacyConfig privacy;
  GeneratorConfig generator;
  std::optional<Roster> roster;  ///< none with trust: central
  TransportConfig transport;
  std::optional<std::uint64_t> rows;                     ///< none: auto, the noisy total
  std::vector<OutputFormat> formats{OutputFormat::csv};  ///< ascending, csv among them
  std::uint64_t seed = 0;                                ///< public randomness only
  /// Thresholds of the secure sum; possible for an experiment that was loaded. Of a single owner: one site, whose noise
  /// is all there is, and nobody to withstand.
  Quorum quorum() const;
  /// SHA-256 of everything above that changes what is measured or made: not of paths, file formats and transport. The
  /// same on every machine.
  Digest hash() const;
  /// All defaults filled in, as YAML (config.resolved.yaml), for a folder with schema.yaml and roster.yaml beside it.
  std::string resolved_yaml() const;
};

enum class DataClass : std::uint8_t { private_data, public_data };
/// The custodian's policy, which the lead cannot override.
struct SitePolicy {
  std::filesystem::path file;
  SiteId site;
  std::filesystem::path key;  ///< absolute
  std::string data_set;
  DataClass data_class = DataClass::private_data;
  std::string source;
  std::optional<std::string> unit_column;
  std::optional<std::string> unit_order;  ///< column by which rows are sorted before the first max_rows are taken
  std::uint32_t max_rows = 1;
  std::uint32_t max_sites = 1;
  struct Allow {
    std::vector<std::string> columns;
    std::vector<Trust> trust;
    std::uint32_t min_sites = 2;
    std::uint32_t min_colluding_sites = 1;
    std::uint32_t max_dropouts = 0;
    Coordinator coordinator = Coordinator::curious;  ///< malicious: an experiment must withstand a lying one
    Millis min_tick{250};  ///< a shorter transport.tick would show more of how long counting takes
    privacy::Epsilon epsilon_per_run;
    std::optional<privacy::Epsilon> epsilon_lifetime;  ///< required for class private
    privacy::Delta delta;  ///< the largest δ an experiment may use; the ε above are at this δ
    std::string roster_fingerprint;
  } allow;
  std::filesystem::path state;     ///< absolute; ledger of each data set, stored shares
  bool approve_automatic = false;  ///< manual: the first sight of an experiment is stopped until approved
};

/// The files an experiment names, before any of them is read (the roster may not be there yet). Throws ConfigError
/// when the experiment itself is wrong.
struct ExperimentFiles {
  std::filesystem::path schema;
  std::optional<std::filesystem::path> roster;
};
ExperimentFiles experiment_files(const std::filesystem::path& file);

Experiment load_experiment(const std::filesystem::path& file);
SitePolicy load_policy(const std::filesystem::path& file);
schema::Schema load_schema(const std::filesystem::path& file);
/// Of a text from inside `file`, which may be a stranger's: as load_schema, but it names no files.
schema::Schema read_schema(const std::string& text, const std::filesystem::path& file);
Roster load_roster(const std::filesystem::path& file);
std::string roster_yaml(const Roster& roster);
std::string schema_yaml(const schema::Schema& schema);
/// A text as YAML takes it, in double quotes, whatever signs it has.
std::string quoted_text(std::string_view text);
/// Writes config.resolved.yaml, schema.yaml and (trust: none) roster.yaml into the folder; the first loads to an
/// experiment with the same hash. A table's path is written relative to the folder. Throws EnvironmentError.
void write_resolved(const Experiment& experiment, const std::filesystem::path& folder);
/// The experiment of a run's folder, as write_resolved left it in public/. Throws UsageError where no finished run is
/// there.
Experiment experiment_of(const std::filesystem::path& run);

/// The JSON Schema of one kind of file ("experiment", "policy", "roster", "schema"), for editors and people.
std::string_view json_schema(std::string_view kind);

}  // namespace fedloom::config
