#pragma once
// Validation of a value by a JSON Schema (draft 7), through valijson.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fedloom::config {

/// JSON pointers of the values that break the schema, outer ones too; empty when all is well.
std::vector<std::string> broken_values(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace fedloom::config
