#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "constraints.hpp"
#include "document.hpp"
#include "fedloom/config/config.hpp"
#include "schema_entry.hpp"
#include "text.hpp"

namespace fedloom::config {

using nlohmann::json;
using schema::Attribute;
using schema::Outside;

void Entry::only(const std::vector<std::string>& keys) const {
  for (const auto& [key, part] : value.items()) {
    if (key == "name" || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    throw ConfigError(document.at_key(to(key)), "'" + key + "' means nothing for a column of " + type,
                      "remove it; what it may have: " + joined(keys));
  }
}

void Entry::require(const char* key, const std::string& remedy) const {
  if (!has(key)) fail(key, "the column '" + clipped(name) + "' lacks '" + key + "'", remedy);
}

Outside outside_of(const Entry& entry, Outside otherwise) {
  const std::string text = entry.text("outside");
  if (text.empty()) return otherwise;
  return text == "other" ? Outside::other : text == "clip" ? Outside::clip : Outside::refuse;
}

namespace {

Attribute attribute(const Entry& entry) {
  Attribute made;
  made.name = entry.name;
  made.origin = origin_of(entry);
  if (entry.type == "categorical" || entry.type == "hierarchical") made.type = categorical_of(entry);
  if (entry.type == "integer" || entry.type == "real") made.type = numbers_of(entry, made.origin);
  if (entry.type == "date" || entry.type == "datetime") made.type = dates_of(entry);
  if (entry.type == "coded") made.type = codes_of(entry);
  if (entry.has("missing")) {
    const json& missing = entry.value["missing"];
    made.missing = missing.is_array() || missing.get<bool>();
    if (missing.is_array()) made.missing_tokens = missing.get<std::vector<std::string>>();
  }
  try {
    schema::Schema({made}, {});
  } catch (const std::invalid_argument& error) {
    entry.document.fail(entry.pointer, error.what(), "correct it");
  }
  return made;
}

schema::IdPattern pattern_of(const Entry& entry) {
  if (!entry.has("pattern")) return {};
  try {
    return schema::IdPattern(entry.text("pattern"));
  } catch (const std::invalid_argument& error) {
    entry.fail("pattern", std::string("'pattern' cannot be used: ") + error.what(),
               "write it as P-{:06d} for P-000001, P-000002, …");
  }
}

schema::Schema schema_of(const Document& document) {
  std::vector<Attribute> attributes;
  std::vector<std::string> ids;
  std::vector<schema::IdPattern> patterns;
  std::unordered_set<std::string> names;
  const json& list = document.value()["attributes"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    Entry entry{document, list[i], "/attributes/" + std::to_string(i), list[i]["name"], list[i].value("type", "")};
    if (!names.insert(entry.name).second) {
      entry.fail("name", "there are two columns '" + clipped(entry.name) + "'", "remove or rename one of them");
    }
    if (entry.has("role")) {
      entry.type = "role id";
      entry.only({"role", "pattern"});
      ids.push_back(entry.name);
      patterns.push_back(pattern_of(entry));
      continue;
    }
    entry.require("type", "add type: categorical, integer, real, date, datetime, hierarchical or coded");
    attributes.push_back(attribute(entry));
  }
  if (attributes.empty()) document.fail("/attributes", "all columns are ids: nothing is left", "describe a column");
  try {
    return with_constraints(
        document, schema::Schema(std::move(attributes), std::move(ids)).with_id_patterns(std::move(patterns)));
  } catch (const std::invalid_argument& error) {
    document.fail("/attributes", error.what(), "use fewer or coarser columns");
  }
}

}  // namespace

schema::Schema load_schema(const std::filesystem::path& file) { return schema_of(Document(file, "schema")); }

schema::Schema read_schema(const std::string& text, const std::filesystem::path& file) {
  return schema_of(Document(file, text, "schema"));
}

}  // namespace fedloom::config
