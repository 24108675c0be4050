#include "validate.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace fedloom::config {
namespace {

using nlohmann::json;

/// valijson's context is <root>, ["key"] and [index] parts.
std::string pointer_of(const std::vector<std::string>& context) {
  json::json_pointer pointer;
  for (const std::string& part : context) {
    if (part.size() < 2 || part.front() != '[') continue;
    const bool key = part.size() >= 4 && part[1] == '"';
    pointer /= key ? part.substr(2, part.size() - 4) : part.substr(1, part.size() - 2);
  }
  return pointer.to_string();
}

}  // namespace

std::vector<std::string> broken_values(const json& schema, const json& value) {
  valijson::Schema parsed;
  valijson::adapters::NlohmannJsonAdapter schema_adapter(schema);
  valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(schema_adapter, parsed);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  std::vector<std::string> broken;
  if (validator.validate(parsed, valijson::adapters::NlohmannJsonAdapter(value), &results)) return broken;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) broken.push_back(pointer_of(error.context));
  if (broken.empty()) broken.emplace_back();
  return broken;
}

}  // namespace fedloom::config
