#include "config_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "fedloom/base/error.hpp"

namespace fedloom::config::test {

const std::string_view good_schema = R"(version: 1
attributes:
  - name: age
    type: integer
    min: 17
    max: 90
    width: 5
  - name: sex
    type: categorical
    values: [Female, Male]
  - name: weight
    type: real
    min: 0
    max: 200
    bins: 10
    missing: ["?", ""]
  - name: region
    type: coded
    size: 4
    outside: clip
  - name: person
    role: id
)";

const std::string_view good_roster = R"(version: 1
sites:
  - site: north
    key: 1111111111111111111111111111111111111111111111111111111111111111
  - site: south
    key: 2222222222222222222222222222222222222222222222222222222222222222
  - site: west
    key: 3333333333333333333333333333333333333333333333333333333333333333
)";

const std::string_view good_experiment = R"(version: 1
name: trial
schema: schema.yaml
privacy:
  epsilon: 1.5
  delta: 1e-9
  adjacency: add_remove
  trust: none
  colluding_sites: 2
  dropouts: 0
  coordinator: curious
  max_rows: 3
  max_sites: 2
generator:
  method: gem
  components: 250
  workload: {degree: 2, keep: [weight, sex], max_cells: 5000}
roster: roster.yaml
transport: {mode: mpi, tick: 100ms, join_limit: 2m, reply_limit: 90s}
output: {rows: 1000, formats: [csv]}
seed: 7
)";

const std::string_view good_policy = R"(version: 1
site: north
key: keys/north.key
data_set: registry-2024
class: private
source: "csv:north.csv"
unit: {column: person, max_rows: 3, max_sites: 2}
allow:
  columns: [age, sex]
  trust: [none, central]
  min_sites: 3
  min_colluding_sites: 2
  max_dropouts: 0
  coordinator: malicious
  epsilon_per_run: 1.0
  epsilon_lifetime: 5.0
  delta: 1e-8
  roster_fingerprint: 6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c
  min_tick: 50ms
state: ledgers
approve: automatic
)";

void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }

std::string with(std::string_view text, std::string_view old_part, std::string_view new_part) {
  const auto at = text.find(old_part);
  if (at == std::string_view::npos || text.find(old_part, at + 1) != std::string_view::npos) {
    std::cerr << "not exactly once in the text: " << old_part << "\n";
    std::abort();
  }
  return std::string(text.substr(0, at)).append(new_part).append(text.substr(at + old_part.size()));
}

ConfigFolder::ConfigFolder() {
  write("schema.yaml", good_schema);
  write("roster.yaml", good_roster);
  write("experiment.yaml", good_experiment);
  write("policy.yaml", good_policy);
}

std::filesystem::path ConfigFolder::write(std::string_view name, std::string_view text) const {
  std::ofstream(folder_ / name, std::ios::binary) << text;
  return folder_ / name;
}

namespace {

template <typename Load>
std::string error_of(Load load) {
  try {
    load();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

std::string ConfigFolder::experiment_error(std::string_view text) const {
  return error_of([&] { load_experiment(write("bad.yaml", text)); });
}
std::string ConfigFolder::policy_error(std::string_view text) const {
  return error_of([&] { load_policy(write("bad.yaml", text)); });
}
std::string ConfigFolder::roster_error(std::string_view text) const {
  return error_of([&] { load_roster(write("bad.yaml", text)); });
}
std::string ConfigFolder::schema_error(std::string_view text) const {
  return error_of([&] { load_schema(write("bad.yaml", text)); });
}

}  // namespace fedloom::config::test
