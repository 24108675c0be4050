#include <algorithm>

#include "document.hpp"
#include "duration.hpp"
#include "fedloom/config/config.hpp"
#include "text.hpp"

namespace fedloom::config {
namespace {

using nlohmann::json;

/// Rows of one entity at all sites together: a round plan with more would not be taken.
constexpr std::uint64_t most_entity_rows = std::uint64_t{1} << 20;

const json& section(const Document& document, const char* key) {
  static const json empty = json::object();
  return document.value().contains(key) ? document.value()[key] : empty;
}

TransportConfig transport(const Document& document) {
  TransportConfig made;
  const DurationRange wait{Millis(1000), Millis(168LL * 3600000), "from 1s to 168h"};
  made.tick = duration(document, "/transport/tick", made.tick, tick_range);
  made.join_limit = duration(document, "/transport/join_limit", made.join_limit, wait);
  made.reply_limit = duration(document, "/transport/reply_limit", made.reply_limit, wait);
  if (made.reply_limit < 2 * made.tick) {
    document.fail("/transport/reply_limit",
                  "'reply_limit' is shorter than two ticks, so that no answer could be in time",
                  "use a longer one, or a shorter tick");
  }
  return made;
}

/// What a coordinator that is trusted with exact totals leaves no room for.
void check_aggregate(const Document& document, const PrivacyConfig& privacy) {
  if (privacy.dropouts != 0) {
    document.fail("/privacy/dropouts",
                  "with trust: aggregate no site may drop out: exact totals with and without a site give its own away",
                  "use dropouts: 0, or trust: none");
  }
  if (privacy.coordinator == Coordinator::malicious) {
    document.fail("/privacy/coordinator",
                  "with trust: aggregate the coordinator sees exact totals: nothing withstands one that lies",
                  "use coordinator: curious, or trust: none");
  }
}

PrivacyConfig privacy_of(const Document& document) {
  const json& value = section(document, "privacy");
  PrivacyConfig made;
  made.epsilon = {value["epsilon"].get<double>()};
  made.delta = {value["delta"].get<double>()};
  const std::string trust = value.value("trust", "none");
  made.trust = trust == "central" ? Trust::central : trust == "aggregate" ? Trust::aggregate : Trust::none;
  made.colluding_sites = value.value("colluding_sites", made.colluding_sites);
  made.dropouts = value.value("dropouts", made.dropouts);
  made.coordinator =
      value.value("coordinator", "curious") == "malicious" ? Coordinator::malicious : Coordinator::curious;
  made.max_rows = value.value("max_rows", made.max_rows);
  made.max_sites = value.value("max_sites", made.max_sites);
  if (std::uint64_t{made.max_rows} * made.max_sites > most_entity_rows) {
    document.fail("/privacy/max_rows",
                  "'max_rows' times 'max_sites' is " + std::to_string(std::uint64_t{made.max_rows} * made.max_sites) +
                      ", and a round is sized for at most " + std::to_string(most_entity_rows),
                  "lower one of them");
  }
  if (made.trust == Trust::central && made.dropouts != 0) {
    document.fail("/privacy/dropouts", "with trust: central there is one owner, and no site that could drop out",
                  "use dropouts: 0");
  }
  if (made.trust == Trust::aggregate) check_aggregate(document, made);
  return made;
}

/// The attributes to keep, in the schema's order.
std::vector<std::string> kept(const Document& document, const schema::Schema& schema) {
  const json& workload = section(document, "generator").value("workload", json::object());
  const auto listed = workload.value("keep", std::vector<std::string>());
  std::vector<std::string> names, found;
  for (const schema::Attribute& attribute : schema.attributes()) {
    names.push_back(attribute.name);
    if (std::find(listed.begin(), listed.end(), attribute.name) != listed.end()) found.push_back(attribute.name);
  }
  for (std::size_t i = 0; i < listed.size(); ++i) {
    if (std::find(names.begin(), names.end(), listed[i]) != names.end()) continue;
    const std::string close = nearest(listed[i], names);
    document.fail("/generator/workload/keep/" + std::to_string(i),
                  "the schema has no attribute '" + clipped(listed[i]) + "'",
                  close.empty() ? "its attributes: " + clipped(joined(names)) : "did you mean '" + close + "'?");
  }
  return found;
}

GeneratorConfig generator(const Document& document, const schema::Schema& schema) {
  const json& value = section(document, "generator");
  const json workload = value.value("workload", json::object());
  GeneratorConfig made;
  made.method = value.value("method", "gem") == "independent" ? Method::independent : Method::gem;
  made.network = value.value("network", "table") == "mlp" ? Network::mlp : Network::table;
  if (value.contains("components") && value["components"].is_number()) {
    made.components = value["components"].get<std::uint32_t>();
  }
  made.degree = workload.value("degree", made.degree);
  made.max_cells = workload.value("max_cells", made.max_cells);
  made.keep = kept(document, schema);
  if (made.degree > schema.attributes().size()) {
    const std::string count = std::to_string(schema.attributes().size());
    document.fail("/generator/workload/degree",
                  "'degree' is " + std::to_string(made.degree) + ", and the schema has only " + count + " attributes",
                  "use a degree of at most " + count);
  }
  return made;
}

/// Refuses thresholds that cannot be kept, at the key to change: too many colluding sites for any dropouts, or too many
/// dropouts for them.
void check_quorum(const Document& document, const PrivacyConfig& privacy, std::uint32_t sites) {
  const Quorum asked{sites, privacy.colluding_sites, privacy.dropouts, privacy.coordinator};
  if (is_possible(asked)) return;
  const char* key = most_dropouts(asked) ? "/privacy/dropouts" : "/privacy/colluding_sites";
  document.fail(key, fault_of(asked), "or bring in more sites");
}

/// What a run leaves in its public folder names what lies beside it, and may be a stranger's: nothing else is opened.
std::filesystem::path named_file(const Document& document, const char* key, const char* own_name) {
  const std::string name = document.value()[key];
  if (document.at("").file.ends_with("config.resolved.yaml") && name != own_name) {
    document.fail(std::string("/") + key, "a run's resolved experiment names another file than its own " + std::string(own_name),
                  "copy it under another name to use it as an experiment of your own");
  }
  return document.beside(name);
}

std::optional<Roster> roster(const Document& document, const PrivacyConfig& privacy) {
  if (privacy.trust == Trust::central) return std::nullopt;
  if (!document.value().contains("roster")) {
    document.fail("", "the file lacks 'roster', which trust: " + std::string(name_of(privacy.trust)) + " needs",
                  "add roster: FILE with the sites' names and public keys; 'fedloom-site keygen' makes a site's key");
  }
  const std::filesystem::path file = named_file(document, "roster", "roster.yaml");
  if (!std::filesystem::exists(file)) {
    document.fail("/roster", "there is no roster file '" + file.string() + "'",
                  "write it, or run 'fedloom demo' for the bundled example");
  }
  Roster made = load_roster(file);
  const std::uint32_t sites = static_cast<std::uint32_t>(made.size());
  if (privacy.trust == Trust::aggregate && sites < least_aggregate_sites) {
    document.fail("/roster", "trust: aggregate needs at least 3 sites, and the roster has " + std::to_string(sites),
                  "bring in more sites, or use trust: none");
  }
  check_quorum(document, privacy, sites);
  if (privacy.max_sites > sites) {
    document.fail("/privacy/max_sites", "'max_sites' is above the roster's " + std::to_string(sites) + " sites",
                  "1 to " + std::to_string(sites) + " would work");
  }
  return made;
}

std::vector<OutputFormat> formats(const Document& document) {
  const json& output = section(document, "output");
  if (!output.contains("formats")) return {OutputFormat::csv};
  const auto named = output["formats"].get<std::vector<std::string>>();
  std::vector<OutputFormat> made;
  for (const OutputFormat format : {OutputFormat::csv, OutputFormat::sql, OutputFormat::parquet}) {
    if (std::find(named.begin(), named.end(), name_of(format)) != named.end()) made.push_back(format);
  }
  if (made.front() != OutputFormat::csv) {
    document.fail("/output/formats", "'formats' lacks csv, which the report and fedloom evaluate read", "add it");
  }
  return made;
}

schema::Schema schema_of(const Document& document) {
  const std::filesystem::path file = named_file(document, "schema", "schema.yaml");
  if (!std::filesystem::exists(file)) {
    document.fail("/schema", "there is no schema file '" + file.string() + "'", "check its path");
  }
  return load_schema(file);
}

}  // namespace

Experiment load_experiment(const std::filesystem::path& file) {
  const Document document(file, "experiment");
  const json& value = document.value();
  const PrivacyConfig privacy = privacy_of(document);
  schema::Schema schema = schema_of(document);
  GeneratorConfig generator_config = generator(document, schema);
  Experiment experiment{.file = file,
                        .name = value["name"],
                        .schema = std::move(schema),
                        .privacy = privacy,
                        .generator = std::move(generator_config),
                        .roster = roster(document, privacy),
                        .transport = transport(document),
                        .rows = std::nullopt,
                        .formats = formats(document),
                        .seed = value.value("seed", std::uint64_t{0})};
  const json& output = section(document, "output");
  if (output.contains("rows") && output["rows"].is_number()) experiment.rows = output["rows"].get<std::uint64_t>();
  return experiment;
}

}  // namespace fedloom::config
