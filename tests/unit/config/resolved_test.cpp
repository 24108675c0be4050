#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::config::test {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class Resolved : public ::testing::Test {
 protected:
  Resolved() { std::filesystem::create_directories(folder_ / "runs/public"); }
  Experiment again(const Experiment& experiment) {
    write_resolved(experiment, folder_ / "runs/public");
    return load_experiment(folder_ / "runs/public/config.resolved.yaml");
  }
  ConfigFolder folder_;
};

TEST_F(Resolved, LoadsToTheSameHashAndTheSameText) {
  const Experiment experiment = load_experiment(folder_ / "experiment.yaml");
  const Experiment loaded = again(experiment);
  EXPECT_EQ(loaded.hash(), experiment.hash());
  EXPECT_EQ(loaded.resolved_yaml(), experiment.resolved_yaml());
  EXPECT_EQ(loaded.transport.reply_limit, experiment.transport.reply_limit);
  EXPECT_EQ(loaded.schema.ids(), experiment.schema.ids());
}

TEST_F(Resolved, FillsInDefaults) {
  const auto file = folder_.write(
      "short.yaml",
      "version: 1\nname: t\nschema: schema.yaml\nprivacy: {epsilon: 0.1, delta: 1e-9}\nroster: roster.yaml\n");
  const Experiment experiment = load_experiment(file);
  EXPECT_EQ(again(experiment).hash(), experiment.hash());
  const std::string text = text_of(folder_ / "runs/public/config.resolved.yaml");
  for (const char* part : {"epsilon: 0.1\n", "components: auto\n", "rows: auto", "tick: 250ms", "max_rows: 1\n",
                           "coordinator: curious\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST_F(Resolved, NamesNoPathOutsideItsFolder) {
  again(load_experiment(folder_ / "experiment.yaml"));
  for (const char* name : {"config.resolved.yaml", "schema.yaml", "roster.yaml"}) {
    EXPECT_EQ(text_of(folder_ / "runs/public" / name).find(folder_.path().string()), std::string::npos);
  }
}

TEST_F(Resolved, KeepsTheFormatsOfRowsWhichNoHashCovers) {
  const auto with_formats = [&](const char* name, const char* list) {
    return load_experiment(folder_.write(name, with(good_experiment, "formats: [csv]", list)));
  };
  const Experiment three = with_formats("three.yaml", "formats: [parquet, csv, sql]");
  const std::vector<OutputFormat> all{OutputFormat::csv, OutputFormat::sql, OutputFormat::parquet};
  EXPECT_EQ(three.formats, all);
  EXPECT_EQ(again(three).formats, all);
  EXPECT_EQ(three.hash(), load_experiment(folder_ / "experiment.yaml").hash());
}

TEST_F(Resolved, OpensNoFileButThoseBesideIt) {
  again(load_experiment(folder_ / "experiment.yaml"));
  const auto file = folder_ / "runs/public/config.resolved.yaml";
  const std::string own = text_of(file);
  const auto refusal = [&](const std::string& text) -> std::string {
    std::ofstream(file, std::ios::trunc) << text;
    try {
      load_experiment(file);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(refusal(own), "taken");
  const std::string elsewhere = "names another file than its own";
  for (const std::string& path : {(folder_ / "schema.yaml").string(), std::string("../../schema.yaml")}) {
    EXPECT_NE(refusal(with(own, "schema: schema.yaml", "schema: " + path)).find(elsewhere), std::string::npos);
  }
  EXPECT_NE(refusal(with(own, "roster: roster.yaml", "roster: ../../roster.yaml")).find(elsewhere), std::string::npos);
  folder_.write("codes.csv", "child,parent\na,b\n");
  std::ofstream(folder_ / "runs/public/schema.yaml", std::ios::trunc)
      << "version: 1\nattributes:\n  - {name: weight, type: hierarchical, tree: ../../codes.csv}\n";
  EXPECT_NE(refusal(own).find("names a file of its own"), std::string::npos);
}

TEST_F(Resolved, OfASingleOwnerHasNoRoster) {
  const Experiment experiment =
      load_experiment(folder_.write("central.yaml", with(good_experiment, "trust: none", "trust: central")));
  EXPECT_EQ(again(experiment).hash(), experiment.hash());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "runs/public/roster.yaml"));
}

}  // namespace
}  // namespace fedloom::config::test
