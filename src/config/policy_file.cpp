#include <algorithm>

#include "document.hpp"
#include "duration.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/source_name.hpp"

namespace fedloom::config {
namespace {

using nlohmann::json;

std::vector<Trust> trust_modes(const Document& document) {
  std::vector<Trust> modes;
  const json& list = document.value()["allow"]["trust"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    modes.push_back(list[i] == "central" ? Trust::central : list[i] == "aggregate" ? Trust::aggregate : Trust::none);
  }
  return modes;
}

SitePolicy::Allow allowed(const Document& document) {
  const json& allow = document.value()["allow"];
  SitePolicy::Allow made;
  made.columns = allow["columns"].get<std::vector<std::string>>();
  made.trust = trust_modes(document);
  made.min_sites = allow.value("min_sites", made.min_sites);
  made.min_colluding_sites = allow.value("min_colluding_sites", made.min_colluding_sites);
  made.max_dropouts = allow.value("max_dropouts", made.max_dropouts);
  made.coordinator =
      allow.value("coordinator", "curious") == "malicious" ? Coordinator::malicious : Coordinator::curious;
  made.min_tick = duration(document, "/allow/min_tick", made.min_tick, tick_range);
  made.epsilon_per_run = {allow["epsilon_per_run"].get<double>()};
  made.delta = {allow.value("delta", 1e-9)};
  made.roster_fingerprint = allow.value("roster_fingerprint", "");
  if (allow.contains("epsilon_lifetime")) {
    made.epsilon_lifetime = privacy::Epsilon{allow["epsilon_lifetime"].get<double>()};
    if (*made.epsilon_lifetime < made.epsilon_per_run) {
      document.fail("/allow/epsilon_lifetime", "'epsilon_lifetime' is below 'epsilon_per_run'",
                    "use at least " + schema::shortest(made.epsilon_per_run.value) + ", or allow less per run");
    }
  }
  const auto with_others =
      std::find_if(made.trust.begin(), made.trust.end(), [](Trust trust) { return trust != Trust::central; });
  if (with_others != made.trust.end() && made.roster_fingerprint.empty()) {
    document.fail("/allow",
                  "'allow' lacks 'roster_fingerprint', which trust: " + std::string(name_of(*with_others)) + " needs",
                  "compare the fingerprint with the other sites and add it");
  }
  return made;
}

/// The refusal never repeats what stands there: it may hold a secret.
std::string source_of(const Document& document) {
  std::string source = document.value()["source"];
  try {
    schema::parse_source(source);
  } catch (const std::invalid_argument& error) {
    document.fail("/source", error.what(), "");
  }
  return source;
}

}  // namespace

SitePolicy load_policy(const std::filesystem::path& file) {
  const Document document(file, "policy");
  const json& value = document.value();
  SitePolicy policy;
  policy.file = file;
  policy.site = {value["site"]};
  policy.key = std::filesystem::absolute(document.beside(value["key"])).lexically_normal();
  policy.data_set = value["data_set"];
  policy.data_class = value.value("class", "private") == "public" ? DataClass::public_data : DataClass::private_data;
  policy.source = source_of(document);
  if (value.contains("unit")) {
    const json& unit = value["unit"];
    if (unit.contains("column") && unit["column"].is_string()) policy.unit_column = unit["column"].get<std::string>();
    if (unit.contains("order")) policy.unit_order = unit["order"].get<std::string>();
    policy.max_rows = unit.value("max_rows", policy.max_rows);
    policy.max_sites = unit.value("max_sites", policy.max_sites);
    if (!policy.unit_column && policy.max_rows > 1) {
      document.fail("/unit/max_rows", "'max_rows' above 1 needs a 'column' that says whose row it is",
                    "name the column, or use max_rows: 1");
    }
  }
  policy.allow = allowed(document);
  if (policy.data_class == DataClass::private_data && !policy.allow.epsilon_lifetime) {
    document.fail("/allow", "'allow' lacks 'epsilon_lifetime', which class: private needs",
                  "add the largest ε that all runs on this data set may spend together");
  }
  policy.state = std::filesystem::absolute(document.beside(value.value("state", "state"))).lexically_normal();
  policy.approve_automatic = value.value("approve", "manual") == "automatic";
  return policy;
}

}  // namespace fedloom::config
