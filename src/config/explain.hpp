#pragma once
// From a value that breaks its JSON Schema to a sentence.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace fedloom::config {

struct Explanation {
  std::string pointer;  ///< JSON pointer to what is wrong
  bool at_key = false;  ///< the key is wrong, not its value
  std::string what, remedy;
};

/// What the value at `pointer` breaks itself (not the values in it); none when it fits. `schema`: the part of the JSON
/// Schema for this value. Knows the keywords that the schemas in schemas/ use: type, enum, required, properties,
/// additionalProperties: false, pattern, minLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minItems,
/// maxItems, uniqueItems, and x-expects (a phrase for people).
std::optional<Explanation> explain(const nlohmann::json& schema, const nlohmann::json& value,
                                   const std::string& pointer);

}  // namespace fedloom::config
