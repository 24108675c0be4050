#include "apps/launcher.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

class Policies : public testing::Test {
 protected:
  Policies() {
    std::vector<Member> members;
    for (const char* name : {"west", "east", "north"})
      members.push_back({SiteId{name}, SigningKey::generate().public_key()});
    experiment_.roster = Roster(std::move(members));
  }

  fs::path write(const std::string& file, const std::string& site) const {
    const std::string text =
        "version: 1\nsite: " + site +
        "\nkey: a.key\ndata_set: d\nclass: public\nsource: \"csv:a.csv\"\n"
        "allow:\n  columns: [a]\n  trust: [none]\n  epsilon_per_run: 1\n  delta: 1e-9\n  min_sites: 3\n"
        "  min_colluding_sites: 1\n  max_dropouts: 0\n  roster_fingerprint: \"" +
        std::string(64, '0') +
        "\"\n"
        "approve: automatic\n";
    write_atomically(folder_ / file, text);
    return folder_ / file;
  }

  std::string complaint() const {
    try {
      find_policies(experiment_, folder_.path());
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }

  test::TempFolder folder_;
  config::Experiment experiment_{
      .file = "x.yaml", .name = "x", .schema = schema::Schema({{.name = "a", .type = schema::Coded{.size = 2}}}, {})};
};

TEST_F(Policies, ComeInTheRostersOrderWhateverTheirFilesAreCalled) {
  const auto west = write("1.policy.yaml", "west"), east = write("2.policy.yaml", "east"),
             north = write("3.policy.yaml", "north");
  write("not-a-policy.yaml", "south");
  EXPECT_EQ(find_policies(experiment_, folder_.path()), (std::vector<fs::path>{east, north, west}));
}

TEST_F(Policies, MustBeOneForEachSite) {
  EXPECT_NE(complaint().find("no site policies here; name the folder"), std::string::npos) << complaint();
  write("a.policy.yaml", "east");
  write("b.policy.yaml", "north");
  EXPECT_NE(complaint().find("no policy of site 'west'"), std::string::npos) << complaint();
  write("c.policy.yaml", "west");
  EXPECT_EQ(complaint(), "no error");
  write("d.policy.yaml", "west");
  EXPECT_NE(complaint().find("a second policy of site 'west'"), std::string::npos) << complaint();
  write("d.policy.yaml", "south");
  EXPECT_NE(complaint().find("site 'south' is not in the roster"), std::string::npos) << complaint();
}

TEST_F(Policies, OfOneOwnerAreOne) {
  experiment_.roster.reset();
  const auto only = write("a.policy.yaml", "owner");
  EXPECT_EQ(find_policies(experiment_, folder_.path()), std::vector<fs::path>{only});
  write("b.policy.yaml", "other");
  EXPECT_NE(complaint().find("one owner, but here are 2 policies"), std::string::npos) << complaint();
}

std::vector<std::vector<std::string>> apps_of(const std::vector<std::string>& line) {
  std::vector<std::vector<std::string>> apps(1);
  for (const auto& word : line) {
    if (word == ":") {
      apps.emplace_back();
    } else {
      apps.back().push_back(word);
    }
  }
  return apps;
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST(MpirunLine, NamesTheCoordinatorFirstThenEachSiteOnce) {
  const auto apps =
      apps_of(mpirun_line({.experiment = "x.yaml", .sites = "", .out = "runs/x"}, {"a.policy.yaml", "b.policy.yaml"}));
  ASSERT_EQ(apps.size(), 3U);
  EXPECT_EQ(apps[0][0], "mpirun");
  const auto program = [](const std::vector<std::string>& words) {
    for (const auto& word : words) {
      if (fs::path(word).filename().string().starts_with("fedloom-")) return fs::path(word).filename().string();
    }
    return std::string();
  };
  EXPECT_EQ(program(apps[0]), "fedloom-coordinator");
  EXPECT_FALSE(has(apps[0], "--resume"));
  for (const std::size_t site : {1U, 2U}) {
    EXPECT_EQ(program(apps[site]), "fedloom-site");
    EXPECT_TRUE(has(apps[site], fs::absolute(site == 1 ? "a.policy.yaml" : "b.policy.yaml").string()));
  }
  for (const auto& app : apps) {
    EXPECT_TRUE(has(app, fs::absolute("x.yaml").string()));
    EXPECT_TRUE(has(app, fs::absolute("runs/x").string()));
    EXPECT_EQ(std::count(app.begin(), app.end(), "-n"), 1);
  }
}

TEST(MpirunLine, StartsEachPartOfASiteOnce) {
  const auto apps = apps_of(
      mpirun_line({.experiment = "x.yaml", .sites = "", .out = "runs/x", .resources = {.per_site = 3}}, {"a", "b"}));
  ASSERT_EQ(apps.size(), 7U);
  for (std::size_t k = 1; k < apps.size(); ++k) {
    EXPECT_TRUE(has(apps[k], fs::absolute(k <= 3 ? "a" : "b").string()));
    EXPECT_EQ(apps[k][apps[k].size() - 2], "--part");
    EXPECT_EQ(apps[k].back(), std::to_string((k - 1) % 3 + 1) + "/3");
  }
  EXPECT_FALSE(has(apps[0], "--part"));
}

TEST(MpirunLine, StartsEachPartOfTheCoordinatorOnceAndBeforeTheSites) {
  const auto apps = apps_of(mpirun_line({.experiment = "x.yaml",
                                         .sites = "",
                                         .out = "runs/x",
                                         .resources = {.coordinator = 2},
                                         .resume = true,
                                         .outcome = "runs/outcome"},
                                        {"a", "b"}));
  ASSERT_EQ(apps.size(), 4U);
  for (std::size_t part : {0U, 1U}) {
    EXPECT_EQ(apps[part].back(), std::to_string(part + 1) + "/2");
    // One rank keeps the run's folder and its exit code.
    EXPECT_EQ(has(apps[part], "--resume"), part == 0);
    EXPECT_EQ(has(apps[part], "--outcome"), part == 0);
  }
  EXPECT_FALSE(has(apps[2], "--part"));
  EXPECT_FALSE(has(apps[3], "--part"));
}

TEST(MpirunLine, TellsOnlyTheCoordinatorToResume) {
  const auto apps = apps_of(mpirun_line({.experiment = "x.yaml", .sites = "", .out = "runs/x", .resume = true},
                                        {"a.policy.yaml", "b.policy.yaml"}));
  EXPECT_TRUE(has(apps[0], "--resume"));
  EXPECT_FALSE(has(apps[1], "--resume"));
}

TEST(MpirunLine, LetsTheOthersLiveOnlyWhereALossIsSurvived) {
  LaunchOptions options{.experiment = "x.yaml", .sites = "", .out = "runs/x"};
  auto apps = apps_of(mpirun_line(options, {"a.policy.yaml"}));
  EXPECT_FALSE(has(apps[0], "--enable-recovery"));
  EXPECT_FALSE(has(apps[0], "--outcome"));
  options.survive_losses = true;
  options.outcome = "runs/outcome";
  apps = apps_of(mpirun_line(options, {"a.policy.yaml"}));
  EXPECT_TRUE(has(apps[0], "--enable-recovery"));
  EXPECT_TRUE(has(apps[0], fs::absolute("runs/outcome").string()));
  EXPECT_FALSE(has(apps[1], "--outcome"));
}

TEST(FreshRunFolder, IsAnotherEachTime) {
  std::set<fs::path> folders;
  for (int k = 0; k < 50; ++k) folders.insert(fresh_run_folder("adult"));
  EXPECT_EQ(folders.size(), 50U);
  EXPECT_EQ(folders.begin()->parent_path(), "runs");
  EXPECT_TRUE(folders.begin()->filename().string().starts_with("adult-2"));
}

TEST(Launch, GivesBackTheExitCodeOfWhatItStarted) {
  if (geteuid() == 0) {
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  }
  EXPECT_EQ(launch({"sh", "-c", "exit 8"}), 8);
  EXPECT_EQ(launch({"sh", "-c", "kill -9 $$"}), 128 + 9);
  EXPECT_EQ(launch({"sh", "-c", "test \"$OMPI_MCA_btl_vader_single_copy_mechanism\" = none"}), 0);
  EXPECT_THROW(launch({"/nowhere/mpirun"}), EnvironmentError);
}

}  // namespace
}  // namespace fedloom::apps
