#include <gtest/gtest.h>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::config::test {
namespace {

TEST(RosterFile, GivesSitesAndKeys) {
  const ConfigFolder folder;
  const Roster roster = load_roster(folder / "roster.yaml");
  ASSERT_EQ(roster.size(), 3u);
  EXPECT_EQ(roster.members()[1].id.name, "south");
  EXPECT_EQ(roster.members()[1].key[0], 0x22);
  EXPECT_EQ(roster.members()[1].key[31], 0x22);
}

TEST(RosterFile, WrittenIsReadBackWithTheSameFingerprint) {
  const ConfigFolder folder;
  const Roster roster = load_roster(folder / "roster.yaml");
  EXPECT_EQ(load_roster(folder.write("again.yaml", roster_yaml(roster))).fingerprint(), roster.fingerprint());
}

class BadRoster : public ::testing::TestWithParam<BadFile> {
 protected:
  ConfigFolder folder_;
};

TEST_P(BadRoster, IsRefusedWithASentence) {
  const std::string error = folder_.roster_error(GetParam().yaml);
  EXPECT_NE(error.find(GetParam().sentence), std::string::npos) << error;
}

const std::string zeros(64, '0');
const std::string threes = "  - site: west\n    key: " + std::string(64, '3') + "\n";
std::string many_sites() {
  std::string text = "version: 1\nsites:\n";
  for (int i = 0; i < 101; ++i) text += "  - {site: s" + std::to_string(i) + ", key: " + zeros + "}\n";
  return text;
}

}  // namespace

std::vector<BadFile> bad_rosters() {
  return {
      BadFile{"version", with(good_roster, "version: 1", "version: 2"),
              ":1:10: 'version' must be 1, not 2; correct it"},
      BadFile{"no_version", with(good_roster, "version: 1\n", ""), ":1:1: the file lacks 'version'"},
      BadFile{"no_sites", "version: 1\n", ":1:1: the file lacks 'sites' (The sites, in any order)"},
      BadFile{"unknown", with(good_roster, "sites:", "site:"),
              ":2:1: 'site' is not a known key here; did you mean 'sites'?"},
      BadFile{"sites_type", "version: 1\nsites: 3\n", ":2:8: 'sites' must be a list [a, b, …], not '3'"},
      BadFile{"one_site", "version: 1\nsites:\n  - {site: a, key: " + zeros + "}\n",
              ":3:3: 'sites' must have at least 2 items, and has 1; add what is missing"},
      BadFile{"many_sites", many_sites(), ":3:3: 'sites' must have at most 100 items, and has 101"},
      BadFile{"entry_type", "version: 1\nsites: [a, b]\n",
              ":2:9: item 1 of 'sites' must be a mapping {key: value, …}, not 'a'"},
      BadFile{"site", with(good_roster, "site: south", "site: South Hospital"),
              ":5:11: 'site' must be 1 to 64 lower-case letters, digits, '-' and '_', not 'South Hospital'"},
      BadFile{"no_site", with(good_roster, "site: south\n    key", "key"),
              ":5:5: item 2 of 'sites' lacks 'site' (Name of the site)"},
      BadFile{"key", with(good_roster, "key: 2222", "key: 22"), ":6:10: 'key' must be 64 hexadecimal digits"},
      BadFile{"upper_case_key", with(good_roster, "key: 2222", "key: ABCD"),
              ":6:10: 'key' must be 64 hexadecimal digits in lower case"},
      BadFile{"no_key", with(good_roster, threes, "  - site: west\n"), ":7:5: item 3 of 'sites' lacks 'key'"},
      BadFile{"unknown_in_site", with(good_roster, "site: south", "site: south\n    kee: 1"),
              ":6:5: 'kee' is not a known key in item 2 of 'sites'; did you mean 'key'?"},
      BadFile{"same_site", with(good_roster, "site: south", "site: north"), ":5:11: the site 'north' is here twice"},
      BadFile{"same_key", with(good_roster, std::string(64, '2'), std::string(64, '1')),
              ":6:10: the sites 'north' and 'south' have the same key; ask each site for its own public key"}};
}

namespace {

INSTANTIATE_TEST_SUITE_P(Roster, BadRoster, ::testing::ValuesIn(bad_rosters()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace fedloom::config::test
