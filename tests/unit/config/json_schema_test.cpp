#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "config_folder.hpp"

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

TEST(JsonSchemas, HaveABadFileTestForEveryField) {
  for (const auto& [kind, bad] : bad_files()) {
    each_property(json::parse(json_schema(kind)), [&, &files = bad](const std::string& key, const json&) {
      const auto speaks_of_it = [&](const BadFile& file) {
        return std::string_view(file.sentence).find("'" + key + "'") != std::string_view::npos;
      };
      EXPECT_TRUE(std::any_of(files.begin(), files.end(), speaks_of_it)) << kind << ": " << key;
    });
  }
}

TEST(JsonSchemas, OfAnotherNameAreADefectOfTheCaller) { EXPECT_THROW(json_schema("model"), std::invalid_argument); }

}  // namespace
}  // namespace fedloom::config::test
