#include <bit>
#include <stdexcept>

#include "duration.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/number.hpp"
#include "json_schemas.hpp"
#include "write_yaml.hpp"

namespace fedloom::config {
namespace {

/// Shortest text that reads back as the same number.
std::string number(double value) { return schema::shortest(value); }

}  // namespace

const char* name_of(Trust trust) noexcept {
  switch (trust) {
    case Trust::central:
      return "central";
    case Trust::aggregate:
      return "aggregate";
    case Trust::none:
      break;
  }
  return "none";
}
const char* name_of(Network network) noexcept { return network == Network::mlp ? "mlp" : "table"; }
const char* name_of(Method method) noexcept { return method == Method::independent ? "independent" : "gem"; }
const char* name_of(OutputFormat format) noexcept {
  return format == OutputFormat::sql ? "sql" : format == OutputFormat::parquet ? "parquet" : "csv";
}

Quorum Experiment::quorum() const {
  if (!roster) return {.sites = 1, .colluding = 0};
  return {.sites = static_cast<std::uint32_t>(roster->size()),
          .colluding = privacy.colluding_sites,
          .dropouts = privacy.dropouts,
          .coordinator = privacy.coordinator};
}

Digest Experiment::hash() const {
  FieldHasher hasher;
  const auto real = [&](double value) { hasher.field(std::bit_cast<std::uint64_t>(value)); };
  hasher.field("fedloom experiment 3").field(name).field(ByteView(schema.hash()));
  real(privacy.epsilon.value);
  real(privacy.delta.value);
  hasher.field(name_of(privacy.trust));
  const bool sites = privacy.trust != Trust::central;
  hasher.field(std::uint64_t{sites ? privacy.colluding_sites : 0}).field(std::uint64_t{privacy.dropouts});
  hasher.field(sites ? name_of(privacy.coordinator) : "");
  hasher.field(std::uint64_t{privacy.max_rows}).field(std::uint64_t{privacy.max_sites});
  hasher.field(name_of(generator.method)).field(name_of(generator.network));
  hasher.field(std::uint64_t{generator.components.has_value()}).field(std::uint64_t{generator.components.value_or(0)});
  hasher.field(std::uint64_t{generator.degree}).field(generator.max_cells).field(generator.keep.size());
  for (const std::string& kept : generator.keep) hasher.field(kept);
  hasher.field(roster ? ByteView(roster->fingerprint()) : ByteView());
  hasher.field(std::uint64_t{rows.has_value()}).field(rows.value_or(0)).field(seed);
  return hasher.finish();
}

std::string Experiment::resolved_yaml() const {
  std::string text = "version: 1\nname: " + quoted_text(name) + "\nschema: schema.yaml\nprivacy:\n";
  text += "  epsilon: " + number(privacy.epsilon.value) + "\n  delta: " + number(privacy.delta.value) + "\n";
  text += "  adjacency: add_remove\n  trust: " + std::string(name_of(privacy.trust)) + "\n";
  text += "  colluding_sites: " + std::to_string(privacy.colluding_sites) + "\n";
  text += "  dropouts: " + std::to_string(privacy.dropouts) + "\n";
  text += "  coordinator: " + std::string(name_of(privacy.coordinator)) + "\n";
  text += "  max_rows: " + std::to_string(privacy.max_rows) + "\n";
  text += "  max_sites: " + std::to_string(privacy.max_sites) + "\n";
  text += "generator:\n  method: " + std::string(name_of(generator.method)) + "\n";
  text += "  network: " + std::string(name_of(generator.network)) + "\n";
  text += "  components: " + (generator.components ? std::to_string(*generator.components) : "auto") + "\n";
  text += "  workload: {degree: " + std::to_string(generator.degree) + ", keep: " + quoted_list(generator.keep) +
          ", max_cells: " + std::to_string(generator.max_cells) + "}\n";
  if (roster) text += "roster: roster.yaml\n";
  text += "transport: {mode: mpi, tick: " + duration_text(transport.tick) +
          ", join_limit: " + duration_text(transport.join_limit) +
          ", reply_limit: " + duration_text(transport.reply_limit) + "}\n";
  text += "output: {rows: " + (rows ? std::to_string(*rows) : "auto") + ", formats: [";
  for (const OutputFormat format : formats)
    text += std::string(format == formats.front() ? "" : ", ") + name_of(format);
  text += "]}\n";
  text += "seed: " + std::to_string(seed) + "\n";
  return text;
}

void write_resolved(const Experiment& experiment, const std::filesystem::path& folder) {
  write_atomically(folder / "config.resolved.yaml", experiment.resolved_yaml());
  write_atomically(folder / "schema.yaml", schema_yaml(experiment.schema));
  if (experiment.roster) write_atomically(folder / "roster.yaml", roster_yaml(*experiment.roster));
}

std::string_view json_schema(std::string_view kind) {
  if (kind == "experiment") return experiment_json_schema;
  if (kind == "policy") return policy_json_schema;
  if (kind == "roster") return roster_json_schema;
  if (kind == "schema") return schema_json_schema;
  throw std::invalid_argument("no JSON Schema of that name");
}

}  // namespace fedloom::config
