#include "validate.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "fedloom/config/config.hpp"

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

struct JsonSchema::Parsed {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::string_view text) : tree_(json::parse(text)) {
  auto parsed = std::make_unique<Parsed>();
  valijson::adapters::NlohmannJsonAdapter adapter(tree_);
  valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, parsed->schema);
  parsed_ = std::move(parsed);
}

JsonSchema::~JsonSchema() = default;

std::vector<std::string> JsonSchema::broken_values(const json& value) const {
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  std::vector<std::string> broken;
  const valijson::adapters::NlohmannJsonAdapter adapter(value);
  if (validator.validate(parsed_->schema, adapter, &results)) return broken;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) broken.push_back(pointer_of(error.context));
  if (broken.empty()) broken.emplace_back();
  return broken;
}

const JsonSchema& parsed_schema(std::string_view kind) {
  static const JsonSchema experiment(json_schema("experiment")), policy(json_schema("policy")),
      roster(json_schema("roster")), schema(json_schema("schema"));
  if (kind == "experiment") return experiment;
  if (kind == "policy") return policy;
  return kind == "roster" ? roster : schema;
}

}  // namespace fedloom::config
