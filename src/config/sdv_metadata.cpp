#include "fedloom/config/sdv_metadata.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fedloom::config {
namespace {

using Json = nlohmann::ordered_json;
using schema::Calendar;

/// As pandas reads a CSV file: such a column is one of truth values.
bool is_boolean(const schema::Categorical& type) {
  const auto truth = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text == "true" || text == "false";
  };
  return type.outside != schema::Outside::other && type.values.size() == 2 &&
         std::all_of(type.values.begin(), type.values.end(), truth);
}

struct Column {
  Json operator()(const schema::Categorical& type) const {
    return {{"sdtype", is_boolean(type) ? "boolean" : "categorical"}};
  }
  Json operator()(const schema::Coded&) const { return {{"sdtype", "categorical"}}; }
  Json operator()(const schema::Binned& type) const {
    if (type.calendar == Calendar::none) return {{"sdtype", "numerical"}};
    const char* iso = type.calendar == Calendar::date ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S";
    return {{"sdtype", "datetime"}, {"datetime_format", type.format.text.empty() ? iso : type.format.text}};
  }
};

Json table_of(const schema::Schema& schema) {
  Json columns = Json::object();
  for (const auto& id : schema.ids()) columns[id] = {{"sdtype", "id"}};
  for (const auto& attribute : schema.attributes()) columns[attribute.name] = std::visit(Column{}, attribute.type);
  Json table{{"columns", std::move(columns)}};
  if (!schema.ids().empty()) table["primary_key"] = schema.ids().front();
  return table;
}

}  // namespace

std::string sdv_metadata(const schema::Schema& schema, const SdvForm& form) {
  Json metadata;
  if (form.single_table) {
    metadata = table_of(schema);
    metadata["METADATA_SPEC_VERSION"] = "SINGLE_TABLE_V1";
  } else {
    metadata = {{"tables", {{form.table, table_of(schema)}}},
                {"relationships", Json::array()},
                {"METADATA_SPEC_VERSION", "V1"}};
  }
  return metadata.dump(2) + "\n";
}

}  // namespace fedloom::config
