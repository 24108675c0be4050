#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>

#include "config_folder.hpp"
#include "yaml_tree.hpp"

namespace fedloom::config::test {
namespace {

using nlohmann::json;

std::vector<BadFile> all_bad_schemas() {
  std::vector<BadFile> all = bad_schemas();
  for (BadFile& bad : bad_constraints()) all.push_back(std::move(bad));
  return all;
}

const std::map<std::string, std::vector<BadFile>>& bad_files() {
  static const std::map<std::string, std::vector<BadFile>> all = {{"experiment", bad_experiments()},
                                                                  {"policy", bad_policies()},
                                                                  {"roster", bad_rosters()},
                                                                  {"schema", all_bad_schemas()}};
  return all;
}

/// Calls visit(key, schema) for every property at any depth.
void each_property(const json& schema, const std::function<void(const std::string&, const json&)>& visit) {
  if (schema.contains("items")) each_property(schema["items"], visit);
  if (!schema.contains("properties")) return;
  for (const auto& [key, part] : schema["properties"].items()) {
    visit(key, part);
    each_property(part, visit);
  }
}

TEST(JsonSchemas, TitleEveryFieldAndForbidUnknownOnes) {
  for (const auto& [kind, bad] : bad_files()) {
    const json schema = json::parse(json_schema(kind));
    EXPECT_EQ(schema["additionalProperties"], false) << kind;
    each_property(schema, [&](const std::string& key, const json& part) {
      EXPECT_TRUE(part.contains("title")) << kind << ": " << key;
      EXPECT_TRUE(part.contains("type")) << kind << ": " << key;
      // A mapping without keys of ours has those of the schema's columns and values.
      if (part["type"] == "object" && part.contains("properties")) {
        EXPECT_EQ(part["additionalProperties"], false) << kind << ": " << key;
      }
    });
  }
}

/// "/privacy/epsilon", "/attributes/*/values/*": every value that a file of the kind may hold.
void add_paths(const json& schema, const std::string& path, std::set<std::string>& out) {
  if (!path.empty()) out.insert(path);
  if (schema.contains("items")) add_paths(schema["items"], path + "/*", out);
  if (!schema.contains("properties")) return;
  for (const auto& [key, part] : schema["properties"].items()) add_paths(part, path + "/" + key, out);
}

/// What of the file begins, or has its key, at a position.
void add_paths_at(const YamlNode& node, std::pair<int, int> position, const std::string& path,
                  std::set<std::string>& out) {
  const auto is_there = [&](const YamlNode& one) { return std::pair(one.line, one.column) == position; };
  if (is_there(node)) out.insert(path);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string below = path + "/" + (node.keys.empty() ? "*" : node.keys[i].text);
    if (!node.keys.empty() && is_there(node.keys[i])) out.insert(below);
    add_paths_at(node.items[i], position, below, out);
  }
}

/// The values of the file that the sentence stands at and speaks of.
std::set<std::string> told_of(const BadFile& bad, const std::string& error) {
  std::smatch parts;
  if (!std::regex_search(error, parts, std::regex(R"(bad\.yaml:(\d+):(\d+): )"))) return {};
  std::set<std::string> there, told;
  add_paths_at(parse_yaml(bad.yaml, "bad.yaml"), {std::stoi(parts[1]), std::stoi(parts[2])}, "", there);
  std::smatch lacking;
  const bool lacks = std::regex_search(error, lacking, std::regex(R"( lacks '(\w+)')"));
  for (const std::string& path : there) {
    const std::string last = path.substr(path.rfind('/') + 1);
    if (last == "*" || error.find("'" + last + "'") != std::string::npos) told.insert(path);
    if (lacks) told.insert(path + "/" + lacking[1].str());
  }
  return told;
}

std::string error_of(const ConfigFolder& folder, const std::string& kind, const std::string& yaml) {
  if (kind == "experiment") return folder.experiment_error(yaml);
  if (kind == "policy") return folder.policy_error(yaml);
  return kind == "roster" ? folder.roster_error(yaml) : folder.schema_error(yaml);
}

TEST(JsonSchemas, HaveABadFileTestForEveryValue) {
  const ConfigFolder folder;
  for (const auto& [kind, files] : bad_files()) {
    std::set<std::string> left;
    add_paths(json::parse(json_schema(kind)), "", left);
    for (const BadFile& bad : files) {
      for (const std::string& path : told_of(bad, error_of(folder, kind, bad.yaml))) left.erase(path);
    }
    for (const std::string& path : left) ADD_FAILURE() << kind << ": no bad file is told of at " << path;
  }
}

TEST(JsonSchemas, OfAnotherNameAreADefectOfTheCaller) { EXPECT_THROW(json_schema("model"), std::invalid_argument); }

}  // namespace
}  // namespace fedloom::config::test
