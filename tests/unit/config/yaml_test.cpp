#include <gtest/gtest.h>

#include "config_folder.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::config::test {
namespace {

class Yaml : public ::testing::TestWithParam<BadFile> {
 protected:
  ConfigFolder folder_;
};

TEST_P(Yaml, ThatIsWrongIsRefusedWithItsPlace) {
  const std::string error = folder_.roster_error(GetParam().yaml);
  EXPECT_NE(error.find(GetParam().sentence), std::string::npos) << error;
}

std::string nested(int depth) { return "version: " + std::string(depth, '[') + std::string(depth, ']') + "\n"; }

INSTANTIATE_TEST_SUITE_P(
    Yaml, Yaml,
    ::testing::Values(
        BadFile{"empty", "", "bad.yaml: the file is empty"},
        BadFile{"comment", "# nothing\n", "bad.yaml: the file is empty"},
        BadFile{"scalar", "hello\n", "bad.yaml:1:1: the file must be a mapping {key: value, …}; is it the right file?"},
        BadFile{"list", "- 1\n", "bad.yaml:1:1: the file must be a mapping {key: value, …}; is it the right file?"},
        BadFile{"unclosed", "version: 1\nsites: [a, b\n", "bad.yaml:3:1: this is not valid YAML"},
        BadFile{"tab", "version: 1\nsites:\n\t- a\n", "bad.yaml:3:"},
        BadFile{"repeat", "version: 1\nsites: []\nversion: 1\n", "bad.yaml:3:1: the key 'version' is here twice"},
        BadFile{"anchor", "version: &v 1\nsites: []\n", "bad.yaml:1:10: anchors and aliases"},
        BadFile{"list_anchor", "version: 1\nsites: &s []\n", "bad.yaml:2:8: anchors and aliases"},
        BadFile{"alias", "a: &x [1]\nb: *x\n", "bad.yaml:1:4: anchors and aliases"},
        BadFile{"tag", "version: !!int 1\n", "bad.yaml:1:10: tags (!…) are not used"},
        BadFile{"deep", nested(40), "the file is nested too deeply"},
        BadFile{"very_deep", nested(100000), "the file is nested too deeply"},
        BadFile{"list_key", "? [a, b]\n: 1\n", "bad.yaml:1:3: a key must be plain text"},
        BadFile{"null_key", "~: 1\n", "bad.yaml:1:1: a key is missing before ':'"},
        BadFile{"two_documents", "version: 1\n---\nversion: 1\n", "the file holds more than one YAML document"},
        BadFile{"latin1", "version: 1\nsites: \xE9\n", "bad.yaml:2: the file is not UTF-8 text; save it as UTF-8"},
        BadFile{"zero_byte", "version: 1\nsites: a" + std::string(1, '\0') + "b\n",
                "bad.yaml:2: the file is not UTF-8 text"},
        BadFile{"next_line", "version: \"\\N\"\n",
                "bad.yaml:1:10: the escapes \\N and \\_ are not used in these files; write the character itself"},
        BadFile{"hard_space", "\"a\\_b\": 1\n", "bad.yaml:1:1: the escapes \\N and \\_ are not used in these files"},
        BadFile{"surrogate", "version: \xED\xA0\x80\n", "bad.yaml:1: the file is not UTF-8 text"}),
    [](const auto& tested) { return tested.param.name; });

TEST(YamlFile, ThatIsNotThereIsNamed) {
  try {
    load_roster("no/such/roster.yaml");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "no/such/roster.yaml: there is no such file; check the path");
    EXPECT_EQ(error.code(), ExitCode::config);
  }
}

TEST(YamlFile, ThatIsAFolderOrTooLargeIsRefused) {
  const ConfigFolder folder;
  EXPECT_THROW(load_roster(folder.path()), ConfigError);
  const std::string error = folder.roster_error("# " + std::string(17 << 20, 'x'));
  EXPECT_NE(error.find("the file is larger than 16 MiB"), std::string::npos) << error;
}

}  // namespace
}  // namespace fedloom::config::test
