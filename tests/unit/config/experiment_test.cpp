#include <gtest/gtest.h>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::config::test {
namespace {

TEST(ExperimentFile, GivesWhatTheLeadWrote) {
  const ConfigFolder folder;
  const Experiment experiment = load_experiment(folder / "experiment.yaml");
  EXPECT_EQ(experiment.file, folder / "experiment.yaml");
  EXPECT_EQ(experiment.name, "trial");
  EXPECT_EQ(experiment.schema.hash(), load_schema(folder / "schema.yaml").hash());
  EXPECT_EQ(experiment.privacy.epsilon.value, 1.5);
  EXPECT_EQ(experiment.privacy.delta.value, 1e-9);
  EXPECT_EQ(experiment.privacy.trust, Trust::none);
  EXPECT_EQ(experiment.privacy.colluding_sites, 2u);
  EXPECT_EQ(experiment.privacy.dropouts, 0u);
  EXPECT_EQ(experiment.privacy.coordinator, Coordinator::curious);
  EXPECT_EQ(experiment.privacy.max_rows, 3u);
  EXPECT_EQ(experiment.privacy.max_sites, 2u);
  EXPECT_EQ(experiment.generator.method, Method::gem);
  EXPECT_EQ(experiment.generator.components, 250u);
  EXPECT_EQ(experiment.generator.degree, 2u);
  EXPECT_EQ(experiment.generator.max_cells, 5000u);
  EXPECT_EQ(experiment.transport.tick, Millis(100));
  EXPECT_EQ(experiment.transport.join_limit, Millis(120000));
  EXPECT_EQ(experiment.transport.reply_limit, Millis(90000));
  EXPECT_EQ(experiment.roster->size(), 3u);
  EXPECT_EQ(experiment.rows, 1000u);
  EXPECT_EQ(experiment.seed, 7u);
}

TEST(ExperimentFile, ListsKeptAttributesInTheSchemasOrder) {
  const ConfigFolder folder;
  EXPECT_EQ(load_experiment(folder / "experiment.yaml").generator.keep, (std::vector<std::string>{"sex", "weight"}));
}

TEST(ExperimentFile, NeedsLittle) {
  const ConfigFolder folder;
  const Experiment experiment = load_experiment(folder.write(
      "short.yaml",
      "version: 1\nname: t\nschema: schema.yaml\nprivacy: {epsilon: 1, delta: 1e-9}\nroster: roster.yaml\n"));
  EXPECT_EQ(experiment.privacy.trust, Trust::none);
  EXPECT_EQ(experiment.privacy.colluding_sites, 1u);
  EXPECT_EQ(experiment.privacy.max_rows, 1u);
  EXPECT_EQ(experiment.generator.method, Method::gem);
  EXPECT_FALSE(experiment.generator.components.has_value());
  EXPECT_EQ(experiment.generator.degree, 3u);
  EXPECT_EQ(experiment.generator.max_cells, 10000u);
  EXPECT_TRUE(experiment.generator.keep.empty());
  EXPECT_EQ(experiment.transport.tick, Millis(250));
  EXPECT_EQ(experiment.transport.reply_limit, Millis(300000));
  EXPECT_EQ(experiment.rows, std::nullopt);
  EXPECT_EQ(experiment.seed, 0u);
}

/// n sites named by number.
std::string roster_of(int sites) {
  std::string text = "version: 1\nsites:\n";
  for (int i = 0; i < sites; ++i) {
    text += "  - {site: s" + std::to_string(i) + ", key: " + std::string(62, 'a') + std::to_string(10 + i) + "}\n";
  }
  return text;
}

struct Thresholds {
  int sites, colluding;
  const char* coordinator;
  int most_dropouts;
};
class QuorumOf : public ::testing::TestWithParam<Thresholds> {};

TEST_P(QuorumOf, TakesAsManyDropoutsAsCanBeSurvivedAndNotOneMore) {
  const auto& given = GetParam();
  const ConfigFolder folder;
  folder.write("roster.yaml", roster_of(given.sites));
  const auto text = [&](int dropouts) {
    return with(good_experiment, "colluding_sites: 2\n  dropouts: 0\n  coordinator: curious",
                "colluding_sites: " + std::to_string(given.colluding) + "\n  dropouts: " + std::to_string(dropouts) +
                    "\n  coordinator: " + given.coordinator);
  };
  const Experiment experiment = load_experiment(folder.write("most.yaml", text(given.most_dropouts)));
  const Quorum quorum = experiment.quorum();
  EXPECT_EQ(static_cast<int>(quorum.threshold()), given.sites - given.most_dropouts);
  EXPECT_EQ(static_cast<int>(quorum.contributors()), given.sites - given.colluding - given.most_dropouts);
  EXPECT_STREQ(name_of(quorum.coordinator), given.coordinator);
  const std::string error = folder.experiment_error(text(given.most_dropouts + 1));
  const std::string works = given.most_dropouts == 0
                                ? "dropouts can be 0;"
                                : "dropouts can be 0 to " + std::to_string(given.most_dropouts) + ";";
  EXPECT_NE(error.find(":10:13: "), std::string::npos) << error;
  EXPECT_NE(error.find(works), std::string::npos) << error;
}

INSTANTIATE_TEST_SUITE_P(ExperimentFile, QuorumOf,
                         ::testing::Values(Thresholds{3, 1, "curious", 1}, Thresholds{3, 1, "malicious", 0},
                                           Thresholds{5, 1, "curious", 3}, Thresholds{5, 1, "malicious", 1},
                                           Thresholds{10, 2, "curious", 7}, Thresholds{10, 2, "malicious", 3}),
                         [](const auto& tested) {
                           return std::string(tested.param.coordinator) + std::to_string(tested.param.sites);
                         });

TEST(ExperimentFile, OfASingleOwnerReadsNoRoster) {
  const ConfigFolder folder;
  const std::string central = with(good_experiment, "trust: none", "trust: central");
  const Experiment experiment =
      load_experiment(folder.write("central.yaml", with(central, "roster: roster.yaml", "roster: none.yaml")));
  EXPECT_EQ(experiment.privacy.trust, Trust::central);
  EXPECT_FALSE(experiment.roster.has_value());
  EXPECT_EQ(experiment.quorum().contributors(), 1u) << "its own noise";
  EXPECT_FALSE(experiment.quorum().recovers());
}

TEST(ExperimentFile, OfATrustedCuratorKeepsItsRosterOfThreeAtLeast) {
  const ConfigFolder folder;
  const std::string text = with(good_experiment, "trust: none", "trust: aggregate");
  const Experiment experiment = load_experiment(folder.write("aggregate.yaml", text));
  EXPECT_EQ(experiment.privacy.trust, Trust::aggregate);
  EXPECT_STREQ(name_of(experiment.privacy.trust), "aggregate");
  ASSERT_TRUE(experiment.roster.has_value());
  EXPECT_GE(experiment.roster->size(), least_aggregate_sites);
}

TEST(ExperimentFile, FindsItsFilesBesideItself) {
  const ConfigFolder folder;
  std::filesystem::create_directory(folder / "sub");
  const std::string text =
      with(with(good_experiment, "schema.yaml", "../schema.yaml"), "roster.yaml", "../roster.yaml");
  EXPECT_EQ(load_experiment(folder.write("sub/e.yaml", text)).roster->size(), 3u);
}

TEST(ExperimentFile, NamesTheFileThatIsWrong) {
  const ConfigFolder folder;
  folder.write("schema.yaml", with(good_schema, "min: 17", "mim: 17"));
  const std::string error = folder.experiment_error(good_experiment);
  EXPECT_NE(error.find("schema.yaml:5:5: 'mim' is not a known key"), std::string::npos) << error;
}

TEST(ExperimentHash, IsOverEverythingThatChangesWhatIsMeasuredOrMade) {
  const ConfigFolder folder;
  std::vector<Digest> seen = {load_experiment(folder / "experiment.yaml").hash()};
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"name: trial", "name: trial-2"},
      {"epsilon: 1.5", "epsilon: 1.6"},
      {"delta: 1e-9", "delta: 1e-8"},
      {"colluding_sites: 2", "colluding_sites: 1"},
      {"curious", "malicious"},
      {"colluding_sites: 2\n  dropouts: 0", "colluding_sites: 1\n  dropouts: 1"},
      {"max_rows: 3", "max_rows: 4"},
      {"max_sites: 2", "max_sites: 3"},
      {"method: gem", "method: independent"},
      {"method: gem", "method: gem\n  network: mlp"},
      {"components: 250", "components: 251"},
      {"components: 250", "components: auto"},
      {"degree: 2", "degree: 3"},
      {"keep: [weight, sex]", "keep: [sex]"},
      {"max_cells: 5000", "max_cells: 5001"},
      {"rows: 1000", "rows: 1001"},
      {"rows: 1000", "rows: auto"},
      {"seed: 7", "seed: 8"},
      {"roster: roster.yaml", "roster: roster2.yaml"},
      {"schema: schema.yaml", "schema: schema2.yaml"},
      {"trust: none", "trust: central"},
      {"trust: none", "trust: aggregate"}};
  folder.write("roster2.yaml", with(good_roster, "site: west", "site: east"));
  folder.write("schema2.yaml", with(good_schema, "Female", "female"));
  for (const auto& [old_part, new_part] : changes) {
    const std::string text = with(good_experiment, old_part, new_part);
    const Digest digest = load_experiment(folder.write("changed.yaml", text)).hash();
    EXPECT_EQ(std::count(seen.begin(), seen.end(), digest), 0) << new_part;
    seen.push_back(digest);
  }
}

TEST(ExperimentHash, IsNotOverPathsLimitsAndOrder) {
  const ConfigFolder folder;
  const Digest digest = load_experiment(folder / "experiment.yaml").hash();
  folder.write("schema2.yaml", "# the same\n" + std::string(good_schema));
  for (const auto& [old_part, new_part] :
       std::vector<std::pair<std::string, std::string>>{{"schema: schema.yaml", "schema: schema2.yaml"},
                                                        {"tick: 100ms", "tick: 200ms"},
                                                        {"keep: [weight, sex]", "keep: [sex, weight]"},
                                                        {"name: trial", "name: \"trial\""}}) {
    const std::string text = with(good_experiment, old_part, new_part);
    EXPECT_EQ(load_experiment(folder.write("other.yaml", text)).hash(), digest) << new_part;
  }
}

class BadExperiment : public ::testing::TestWithParam<BadFile> {
 protected:
  ConfigFolder folder_;
};

TEST_P(BadExperiment, IsRefusedWithASentence) {
  const std::string error = folder_.experiment_error(GetParam().yaml);
  EXPECT_NE(error.find(GetParam().sentence), std::string::npos) << error;
}

BadFile bad(const char* name, std::string_view old_part, std::string_view new_part, const char* sentence) {
  return {name, with(good_experiment, old_part, new_part), sentence};
}

const std::string privacy_section(good_experiment.substr(good_experiment.find("privacy:"),
                                                         good_experiment.find("generator:") -
                                                             good_experiment.find("privacy:")));

}  // namespace

std::vector<BadFile> bad_experiments() {
  return {
      bad("version", "version: 1", "version: 1.0", ":1:10: 'version' must be 1, not '1.0'"),
      bad("no_version", "version: 1\n", "", ":1:1: the file lacks 'version'"),
      bad("name", "name: trial", "name: a/b", ":2:7: 'name' must be 1 to 64 letters, digits, '.', '-' and '_'"),
      bad("name_null", "name: trial", "name:", ":2:1: 'name' must be 1 to 64 letters"),
      bad("no_name", "name: trial\n", "", ":1:1: the file lacks 'name'"),
      bad("schema", "schema: schema.yaml", "schema: ''", ":3:9: 'schema' must be the path of a schema file"),
      bad("schema_missing", "schema: schema.yaml", "schema: none.yaml", ":3:9: there is no schema file"),
      bad("no_schema", "schema: schema.yaml\n", "", ":1:1: the file lacks 'schema'"),
      bad("no_privacy", privacy_section, "", ":1:1: the file lacks 'privacy' (Privacy guarantee)"),
      bad("epsilon", "epsilon: 1.5", "epsilon: 0", ":5:12: 'epsilon' must be a number above 0 and at most 100, not 0"),
      bad("epsilon_high", "epsilon: 1.5", "epsilon: 100.5",
          ":5:12: 'epsilon' must be a number above 0 and at most 100, not 100.5"),
      bad("epsilon_text", "epsilon: 1.5", "epsilon: one",
          ":5:12: 'epsilon' must be a number above 0 and at most 100, not 'one'"),
      bad("epsilon_nan", "epsilon: 1.5", "epsilon: .nan", ":5:12: 'epsilon' must be a number"),
      bad("epsilon_quoted", "epsilon: 1.5", "epsilon: '1.5'", ":5:12: 'epsilon' must be a number"),
      bad("epsilon_null", "epsilon: 1.5", "epsilon: null",
          ":5:12: 'epsilon' must be a number above 0 and at most 100, not nothing"),
      bad("no_epsilon", "  epsilon: 1.5\n", "",
          ":5:3: 'privacy' lacks 'epsilon' (ε of the whole run); add epsilon: a number"),
      bad("delta", "delta: 1e-9", "delta: 1", ":6:10: 'delta' must be a number above 0 and below 1, not 1"),
      bad("delta_zero", "delta: 1e-9", "delta: 0.0", ":6:10: 'delta' must be a number above 0 and below 1, not 0"),
      bad("no_delta", "  delta: 1e-9\n", "", ":5:3: 'privacy' lacks 'delta'"),
      bad("adjacency", "adjacency: add_remove", "adjacency: replace",
          ":7:14: 'adjacency' must be add_remove, not 'replace'"),
      bad("trust", "trust: none", "trust: centrl",
          ":8:10: 'trust' must be one of none, aggregate, central, not 'centrl'; did you mean 'central'?"),
      bad("aggregate_dropouts", "trust: none\n  colluding_sites: 2\n  dropouts: 0",
          "trust: aggregate\n  colluding_sites: 1\n  dropouts: 1",
          ":10:13: with trust: aggregate no site may drop out"),
      bad("aggregate_liar", "trust: none\n  colluding_sites: 2\n  dropouts: 0\n  coordinator: curious",
          "trust: aggregate\n  colluding_sites: 1\n  dropouts: 0\n  coordinator: malicious",
          ":11:16: with trust: aggregate the coordinator sees exact totals"),
      bad("colluding_sites", "colluding_sites: 2", "colluding_sites: 0",
          ":9:20: 'colluding_sites' must be a whole number at least 1 and at most 99, not 0"),
      bad("colluding_sites_all", "colluding_sites: 2", "colluding_sites: 3",
          ":9:20: 3 colluding sites and 0 dropouts among 3 sites with a curious coordinator are impossible: with 3 "
          "sites "
          "colluding_sites can be 1 to 2; or bring in more sites"),
      bad("dropouts", "dropouts: 0", "dropouts: -1", ":10:13: 'dropouts' must be a whole number at least 0"),
      bad("dropouts_many", "dropouts: 0", "dropouts: 99",
          ":10:13: 'dropouts' must be a whole number at least 0 and at most 98, not 99"),
      bad("dropouts_some", "dropouts: 0", "dropouts: 1",
          ":10:13: 2 colluding sites and 1 dropouts among 3 sites with a curious coordinator are impossible: with 2 "
          "colluding sites dropouts can be 0; or bring in more sites"),
      bad("dropouts_of_a_liar", "colluding_sites: 2\n  dropouts: 0\n  coordinator: curious",
          "colluding_sites: 1\n  dropouts: 1\n  coordinator: malicious",
          ":10:13: 1 colluding sites and 1 dropouts among 3 sites with a malicious coordinator are impossible: with 1 "
          "colluding sites dropouts can be 0"),
      bad("dropouts_of_one_owner", "trust: none\n  colluding_sites: 2\n  dropouts: 0",
          "trust: central\n  colluding_sites: 2\n  dropouts: 1",
          ":10:13: with trust: central there is one owner, and no site that could drop out; use dropouts: 0"),
      bad("coordinator", "coordinator: curious", "coordinator: honest",
          ":11:16: 'coordinator' must be one of curious, malicious, not 'honest'"),
      bad("max_rows", "max_rows: 3", "max_rows: 0", ":12:13: 'max_rows' must be a whole number at least 1"),
      bad("max_sites", "max_sites: 2", "max_sites: two", ":13:14: 'max_sites' must be a whole number at least 1"),
      bad("max_sites_high", "max_sites: 2", "max_sites: 4",
          ":13:14: 'max_sites' is above the roster's 3 sites; 1 to 3 would work"),
      bad("entity_rows", "max_rows: 3\n  max_sites: 2", "max_rows: 524289\n  max_sites: 2",
          ":12:13: 'max_rows' times 'max_sites' is 1048578, and a round is sized for at most 1048576; lower one"),
      bad("privacy_unknown", "max_rows: 3", "maxrows: 3",
          ":12:3: 'maxrows' is not a known key in 'privacy'; did you mean 'max_rows'?"),
      bad("privacy_far", "max_rows: 3", "zzz: 3",
          "known keys: adjacency, colluding_sites, coordinator, delta, dropouts"),
      bad("generator",
          "generator:\n  method: gem\n  components: 250\n  workload: {degree: 2, keep: [weight, sex], max_cells: 5000}",
          "generator: gem", ":14:12: 'generator' must be a mapping"),
      bad("method", "method: gem", "method: gam",
          ":15:11: 'method' must be one of gem, independent, not 'gam'; did you mean 'gem'?"),
      bad("network", "method: gem", "method: gem\n  network: mpl",
          ":16:12: 'network' must be one of table, mlp, not 'mpl'; did you mean 'mlp'?"),
      bad("components", "components: 250", "components: 0",
          ":16:15: 'components' must be auto, or a number of components"),
      bad("generator_unknown", "components: 250", "component: 250",
          ":16:3: 'component' is not a known key in 'generator'"),
      bad("workload", "{degree: 2, keep: [weight, sex], max_cells: 5000}", "2", ":17:13: 'workload' must be a mapping"),
      bad("degree", "degree: 2", "degree: 4",
          ":17:22: 'degree' must be a whole number at least 1 and at most 3, not 4"),
      bad("keep", "keep: [weight, sex]", "keep: sex", ":17:31: 'keep' must be a list"),
      bad("keep_unknown", "keep: [weight, sex]", "keep: [sex, wieght]",
          ":17:37: the schema has no attribute 'wieght'; did you mean 'weight'?"),
      bad("keep_twice", "keep: [weight, sex]", "keep: [sex, sex]", ":17:37: 'keep' lists 'sex' twice"),
      bad("max_cells", "max_cells: 5000", "max_cells: 0", ":17:57: 'max_cells' must be a whole number at least 1"),
      bad("workload_unknown", "degree: 2", "degre: 2",
          ":17:14: 'degre' is not a known key in 'workload'; did you mean 'degree'?"),
      bad("roster", "roster: roster.yaml", "roster: [a]",
          ":18:9: 'roster' must be the path of a roster file, not a list"),
      bad("roster_missing", "roster: roster.yaml", "roster: none.yaml", ":18:9: there is no roster file"),
      bad("no_roster", "roster: roster.yaml\n", "",
          ":1:1: the file lacks 'roster', which trust: none needs; add roster"),
      bad("transport", "{mode: mpi, tick: 100ms, join_limit: 2m, reply_limit: 90s}", "mpi",
          ":19:12: 'transport' must be a mapping"),
      bad("mode", "mode: mpi", "mode: tcp", ":19:19: 'mode' must be mpi, not 'tcp'"),
      bad("tick", "tick: 100ms", "tick: 100", ":19:30: 'tick' must be a time such as 250ms, 30s, 2m or 1h, not '100'"),
      bad("tick_range", "tick: 100ms", "tick: 9ms", ":19:30: 'tick' must be from 10ms to 60s, not '9ms'"),
      bad("join_limit", "join_limit: 2m", "join_limit: 2 minutes", ":19:49: 'join_limit' must be a time"),
      bad("join_limit_range", "join_limit: 2m", "join_limit: 0s",
          ":19:49: 'join_limit' must be from 1s to 168h, not '0s'"),
      bad("reply_limit", "reply_limit: 90s", "reply_limit: -90s", ":19:66: 'reply_limit' must be a time"),
      bad("reply_limit_range", "reply_limit: 90s", "reply_limit: 999999999h",
          ":19:66: 'reply_limit' must be from 1s to 168h"),
      bad("reply_before_tick", "tick: 100ms, join_limit: 2m, reply_limit: 90s", "tick: 50s, reply_limit: 90s",
          ":19:48: 'reply_limit' is shorter than two ticks"),
      bad("transport_unknown", "mode: mpi", "made: mpi", ":19:13: 'made' is not a known key in 'transport'"),
      bad("output", "{rows: 1000, formats: [csv]}", "csv", ":20:9: 'output' must be a mapping"),
      bad("rows", "rows: 1000", "rows: many", ":20:16: 'rows' must be auto, or a number of rows, not 'many'"),
      bad("rows_zero", "rows: 1000", "rows: 0", ":20:16: 'rows' must be auto, or a number of rows, not 0"),
      bad("formats", "formats: [csv]", "formats: csv", ":20:31: 'formats' must be a list"),
      bad("formats_none", "formats: [csv]", "formats: []", ":20:31: 'formats' must have at least 1 items"),
      bad("formats_other", "formats: [csv]", "formats: [csv, xls]",
          ":20:37: item 2 of 'formats' must be one of csv, sql, parquet, not 'xls'"),
      bad("formats_twice", "formats: [csv]", "formats: [csv, csv]", ":20:37: 'formats'"),
      bad("formats_without_csv", "formats: [csv]", "formats: [sql, parquet]", ":20:31: 'formats' lacks csv"),
      bad("output_unknown", "rows: 1000", "row: 1000",
          ":20:10: 'row' is not a known key in 'output'; did you mean 'rows'?"),
      bad("seed", "seed: 7", "seed: -7", ":21:7: 'seed' must be a whole number at least 0"),
      bad("seed_large", "seed: 7", "seed: 18446744073709551616", ":21:7: 'seed' must be a whole number at least 0"),
      bad("unknown", "seed: 7", "sead: 7", ":21:1: 'sead' is not a known key here; did you mean 'seed'?"),
      bad("first_of_two", "epsilon: 1.5\n  delta: 1e-9", "epsilon: x\n  delta: x",
          ":5:12: 'epsilon' must be a number")};
}

namespace {

INSTANTIATE_TEST_SUITE_P(Experiment, BadExperiment, ::testing::ValuesIn(bad_experiments()),
                         [](const auto& tested) { return tested.param.name; });

TEST(ExperimentFile, MayHaveEntitiesOfTwoToThe20Rows) {
  const ConfigFolder folder;
  const auto text = with(good_experiment, "max_rows: 3", "max_rows: 524288");
  EXPECT_EQ(load_experiment(folder.write("large.yaml", text)).privacy.max_rows, 524288u);
}

TEST(ExperimentFile, CannotHaveAWorkloadOfMoreAttributesThanTheSchemaHas) {
  const ConfigFolder folder;
  folder.write("schema.yaml", "version: 1\nattributes: [{name: sex, type: coded, size: 2}]\n");
  const std::string error = folder.experiment_error(with(good_experiment, "keep: [weight, sex]", "keep: [sex]"));
  EXPECT_NE(error.find(":17:22: 'degree' is 2, and the schema has only 1 attributes; use a degree of at most 1"),
            std::string::npos)
      << error;
}

}  // namespace
}  // namespace fedloom::config::test
