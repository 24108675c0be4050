#pragma once
// Validation of a value by a JSON Schema (draft 7), through valijson.

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::config {

/// A JSON Schema that was parsed: to parse it takes longer than to hold a usual file against it.
class JsonSchema {
 public:
  explicit JsonSchema(std::string_view text);
  JsonSchema(const JsonSchema&) = delete;
  JsonSchema& operator=(const JsonSchema&) = delete;
  ~JsonSchema();
  const nlohmann::json& tree() const noexcept { return tree_; }
  /// JSON pointers of the values that break the schema, outer ones too; empty when all is well.
  std::vector<std::string> broken_values(const nlohmann::json& value) const;

 private:
  struct Parsed;
  nlohmann::json tree_;
  std::unique_ptr<const Parsed> parsed_;
};

/// The one of `kind` (fedloom::config::json_schema), parsed once in a process.
const JsonSchema& parsed_schema(std::string_view kind);

}  // namespace fedloom::config
