#include <gtest/gtest.h>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::config::test {
namespace {

TEST(PolicyFile, GivesWhatTheCustodianWrote) {
  const ConfigFolder folder;
  const SitePolicy policy = load_policy(folder / "policy.yaml");
  EXPECT_EQ(policy.file, folder / "policy.yaml");
  EXPECT_EQ(policy.site.name, "north");
  EXPECT_EQ(policy.key, folder / "keys/north.key");
  EXPECT_EQ(policy.data_set, "registry-2024");
  EXPECT_EQ(policy.data_class, DataClass::private_data);
  EXPECT_EQ(policy.source, "csv:north.csv");
  EXPECT_EQ(policy.unit_column, "person");
  EXPECT_EQ(policy.max_rows, 3u);
  EXPECT_EQ(policy.max_sites, 2u);
  EXPECT_EQ(policy.allow.columns, (std::vector<std::string>{"age", "sex"}));
  EXPECT_EQ(policy.allow.trust, (std::vector<Trust>{Trust::none, Trust::central}));
  EXPECT_EQ(policy.allow.min_sites, 3u);
  EXPECT_EQ(policy.allow.min_colluding_sites, 2u);
  EXPECT_EQ(policy.allow.max_dropouts, 0u);
  EXPECT_EQ(policy.allow.coordinator, Coordinator::malicious);
  EXPECT_EQ(policy.allow.min_tick, Millis(50));
  EXPECT_EQ(policy.allow.epsilon_per_run.value, 1.0);
  EXPECT_EQ(policy.allow.epsilon_lifetime->value, 5.0);
  EXPECT_EQ(policy.allow.delta.value, 1e-8);
  EXPECT_EQ(policy.allow.roster_fingerprint.substr(0, 4), "6f1c");
  EXPECT_EQ(policy.state, folder / "ledgers");
  EXPECT_TRUE(policy.approve_automatic);
}

TEST(PolicyFile, HasCarefulDefaults) {
  const ConfigFolder folder;
  const SitePolicy policy = load_policy(folder.write("short.yaml", R"(version: 1
site: north
key: north.key
data_set: d
source: csv:d.csv
allow: {columns: [a], trust: [central], epsilon_per_run: 1, epsilon_lifetime: 1}
)"));
  EXPECT_EQ(policy.data_class, DataClass::private_data);
  EXPECT_FALSE(policy.approve_automatic);
  EXPECT_EQ(policy.unit_column, std::nullopt);
  EXPECT_EQ(policy.max_rows, 1u);
  EXPECT_EQ(policy.max_sites, 1u);
  EXPECT_EQ(policy.allow.min_sites, 2u);
  EXPECT_EQ(policy.allow.min_colluding_sites, 1u);
  EXPECT_EQ(policy.allow.max_dropouts, 0u);
  EXPECT_EQ(policy.allow.coordinator, Coordinator::curious);
  EXPECT_EQ(policy.allow.min_tick, Millis(250));
  EXPECT_EQ(policy.allow.delta.value, 1e-9);
  EXPECT_EQ(policy.state, folder / "state");
}

TEST(PolicyFile, OfPublicDataNeedsNoLifetimeBudget) {
  const ConfigFolder folder;
  const std::string text = with(with(good_policy, "class: private", "class: public"), "  epsilon_lifetime: 5.0\n", "");
  EXPECT_EQ(load_policy(folder.write("public.yaml", text)).allow.epsilon_lifetime, std::nullopt);
}

TEST(PolicyFile, TakesAUnitOfNullAsOneRowOneEntity) {
  const ConfigFolder folder;
  const std::string text = with(good_policy, "column: person, max_rows: 3", "column: null, max_rows: 1");
  EXPECT_EQ(load_policy(folder.write("rows.yaml", text)).unit_column, std::nullopt);
}

class BadPolicy : public ::testing::TestWithParam<BadFile> {
 protected:
  ConfigFolder folder_;
};

TEST_P(BadPolicy, IsRefusedWithASentence) {
  const std::string error = folder_.policy_error(GetParam().yaml);
  EXPECT_NE(error.find(GetParam().sentence), std::string::npos) << error;
}

BadFile bad(const char* name, std::string_view old_part, std::string_view new_part, const char* sentence) {
  return {name, with(good_policy, old_part, new_part), sentence};
}

const std::string fingerprint_line =
    "  roster_fingerprint: 6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c6f1c\n";

}  // namespace

std::vector<BadFile> bad_policies() {
  return {
      bad("version", "version: 1", "version: one", ":1:10: 'version' must be 1, not 'one'"),
      bad("no_version", "version: 1\n", "", ":1:1: the file lacks 'version'"),
      bad("site", "site: north", "site: North", ":2:7: 'site' must be 1 to 64 lower-case letters"),
      bad("no_site", "site: north\n", "", ":1:1: the file lacks 'site' (Name of this site in the roster)"),
      bad("key", "key: keys/north.key", "key: \"\"",
          ":3:6: 'key' must be the path of a key file made by 'fedloom-site"),
      bad("no_key", "key: keys/north.key\n", "",
          ":1:1: the file lacks 'key' (Secret key file); add key: the path of a key file made by 'fedloom-site "
          "keygen'"),
      bad("data_set", "registry-2024", "../registry",
          ":4:11: 'data_set' must be 1 to 64 letters, digits, '.', '-' and '_', a letter or digit first"),
      bad("no_data_set", "data_set: registry-2024\n", "", ":1:1: the file lacks 'data_set'"),
      bad("class", "class: private", "class: pubic",
          ":5:8: 'class' must be one of private, public, not 'pubic'; did you mean 'public'?"),
      bad("source", "csv:north.csv", "north.csv",
          ":6:9: the source says no kind; write it as csv:PATH, parquet:PATH, postgres:TABLE or postgres:SELECT"),
      bad("source_of_another_kind", "csv:north.csv", "mysql:person",
          ":6:9: the source is of a kind that cannot be read; write it as csv:PATH"),
      bad("source_of_nothing", "csv:north.csv", "postgres: ", ":6:9: the source names no rows"),
      bad("source_with_a_password", "csv:north.csv", "postgres:host=db password=hunter2",
          ":6:9: the source holds what belongs to a connection"),
      bad("source_with_an_address", "csv:north.csv", "postgresql://me:hunter2@db/x",
          ":6:9: the source holds what belongs to a connection"),
      bad("no_source", "source: \"csv:north.csv\"\n", "", ":1:1: the file lacks 'source'"),
      bad("unit", "{column: person, max_rows: 3, max_sites: 2}", "person", ":7:7: 'unit' must be a mapping"),
      bad("unit_column", "column: person", "column: [person]",
          ":7:16: 'column' must be the name of a column, or null, not a list"),
      bad("unit_order", "column: person", "column: person, order: ''", "'order' must be the name of a column, not ''"),
      bad("unit_column_empty", "column: person", "column: ''", ":7:16: 'column' must be the name of a column, or null"),
      bad("unit_max_rows", "max_rows: 3", "max_rows: 0",
          ":7:34: 'max_rows' must be a whole number at least 1 and at most 1000000, not 0"),
      bad("unit_max_rows_alone", "column: person, ", "", ":7:18: 'max_rows' above 1 needs a 'column'"),
      bad("unit_max_sites", "max_sites: 2", "max_sites: 1.5", ":7:48: 'max_sites' must be a whole number"),
      bad("unit_unknown", "max_sites: 2", "max_site: 2",
          ":7:37: 'max_site' is not a known key in 'unit'; did you mean 'max_sites'?"),
      bad("no_allow",
          std::string(
              good_policy.substr(good_policy.find("allow:"), good_policy.find("state:") - good_policy.find("allow:"))),
          "", ":1:1: the file lacks 'allow'"),
      bad("columns", "columns: [age, sex]", "columns: age", ":9:12: 'columns' must be a list"),
      bad("columns_none", "columns: [age, sex]", "columns: []",
          ":9:12: 'columns' must have at least 1 items, and has 0"),
      bad("columns_twice", "columns: [age, sex]", "columns: [age, age]", ":9:18: 'columns' lists 'age' twice"),
      bad("columns_item", "columns: [age, sex]", "columns: [age, [sex]]",
          ":9:18: item 2 of 'columns' must be the name"),
      bad("no_columns", "  columns: [age, sex]\n", "", ":9:3: 'allow' lacks 'columns' (Columns that may be measured)"),
      bad("trust_aggregate", "trust: [none, central]", "trust: [aggregates]",
          ":10:11: item 1 of 'trust' must be one of none, aggregate, central, not 'aggregates'; did you mean "
          "'aggregate'?"),
      bad("trust", "trust: [none, central]", "trust: [nobody]",
          ":10:11: item 1 of 'trust' must be one of none, aggregate, central, not 'nobody'"),
      bad("trust_none", "trust: [none, central]", "trust: []", ":10:10: 'trust' must have at least 1 items"),
      bad("no_trust", "  trust: [none, central]\n", "", ":9:3: 'allow' lacks 'trust'"),
      bad("min_sites", "min_sites: 3", "min_sites: 1",
          ":11:14: 'min_sites' must be a whole number at least 2 and at most 100, not 1"),
      bad("min_colluding_sites", "min_colluding_sites: 2", "min_colluding_sites: 0",
          ":12:24: 'min_colluding_sites' must be a whole number at least 1 and at most 99, not 0"),
      bad("max_dropouts", "max_dropouts: 0", "max_dropouts: -1",
          ":13:17: 'max_dropouts' must be a whole number at least 0 and at most 98, not -1"),
      bad("coordinator", "coordinator: malicious", "coordinator: lying",
          ":14:16: 'coordinator' must be one of curious, malicious, not 'lying'"),
      bad("epsilon_per_run", "epsilon_per_run: 1.0", "epsilon_per_run: 0",
          ":15:20: 'epsilon_per_run' must be a number above 0 and at most 100, not 0"),
      bad("no_epsilon_per_run", "  epsilon_per_run: 1.0\n", "", ":9:3: 'allow' lacks 'epsilon_per_run'"),
      bad("epsilon_lifetime", "epsilon_lifetime: 5.0", "epsilon_lifetime: much",
          ":16:21: 'epsilon_lifetime' must be a number above 0 and at most 1000, not 'much'"),
      bad("epsilon_lifetime_low", "epsilon_lifetime: 5.0", "epsilon_lifetime: 0.5",
          ":16:21: 'epsilon_lifetime' is below 'epsilon_per_run'; use at least 1"),
      bad("no_epsilon_lifetime", "  epsilon_lifetime: 5.0\n", "",
          ":9:3: 'allow' lacks 'epsilon_lifetime', which class: private needs"),
      bad("delta", "delta: 1e-8", "delta: 1", ":17:10: 'delta' must be a number above 0 and below 1, not 1"),
      bad("roster_fingerprint", "roster_fingerprint: 6f1c", "roster_fingerprint: 6f1C",
          ":18:23: 'roster_fingerprint' must be 64 hexadecimal digits in lower case"),
      bad("no_roster_fingerprint", fingerprint_line, "",
          ":9:3: 'allow' lacks 'roster_fingerprint', which trust: none needs"),
      bad("min_tick", "min_tick: 50ms", "min_tick: soon", ":19:13: 'min_tick' must be a time such as 250ms"),
      bad("min_tick_range", "min_tick: 50ms", "min_tick: 5ms",
          ":19:13: 'min_tick' must be from 10ms to 60s, not '5ms'"),
      bad("allow_unknown", "min_sites: 3", "min_site: 3",
          ":11:3: 'min_site' is not a known key in 'allow'; did you mean"),
      bad("state", "state: ledgers", "state: ''", ":20:8: 'state' must be the path of a folder"),
      bad("approve", "approve: automatic", "approve: true",
          ":21:10: 'approve' must be one of manual, automatic, not 'true'"),
      bad("unknown", "approve: automatic", "aprove: automatic",
          ":21:1: 'aprove' is not a known key here; did you mean 'approve'?")};
}

namespace {

INSTANTIATE_TEST_SUITE_P(Policy, BadPolicy, ::testing::ValuesIn(bad_policies()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace fedloom::config::test
