#include "document.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "explain.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/number.hpp"
#include "text.hpp"
#include "validate.hpp"
#include "yaml_tree.hpp"

namespace fedloom::config {

using nlohmann::json;

/// Reads a YAML tree as JSON. YAML's plain text has no type of its own: it becomes what its JSON Schema wants it to be
/// if it can (7 is text for a name and a number for a count), else text, which validation then refuses. (valijson's own
/// adapter for yaml-cpp takes a mapping for text, which is why it is not used.)
class TypedView {
 public:
  explicit TypedView(Document& document) : document_(document) {}

  json read(const YamlNode& node, const json& schema, const json::json_pointer& pointer) {
    Document::Place& place = document_.places_[pointer.to_string()];
    place.line = node.line;
    place.column = node.column;
    switch (node.kind) {
      case YamlNode::Kind::null:
        return nullptr;
      case YamlNode::Kind::scalar:
        return scalar(node, schema);
      case YamlNode::Kind::sequence:
        return sequence(node, schema, pointer);
      case YamlNode::Kind::mapping:
        return mapping(node, schema, pointer);
    }
    return nullptr;
  }

 private:
  static const json& part(const json& schema, const char* keyword) {
    static const json nothing = json::object();
    return schema.contains(keyword) ? schema[keyword] : nothing;
  }

  static bool allows(const json& schema, const char* type) {
    const json& types = part(schema, "type");
    return types == type || (types.is_array() && std::find(types.begin(), types.end(), type) != types.end());
  }

  static json scalar(const YamlNode& node, const json& schema) {
    const std::string& text = node.text;
    if (node.quoted) return text;
    if (allows(schema, "boolean") && (text == "true" || text == "false")) return text == "true";
    if (allows(schema, "integer") || allows(schema, "number")) {
      std::int64_t whole = 0;
      const auto end = std::from_chars(text.data(), text.data() + text.size(), whole);
      if (end.ec == std::errc() && end.ptr == text.data() + text.size()) return whole;
    }
    if (allows(schema, "number") && !text.empty() && text.front() != ' ') {
      if (const auto number = schema::parse_number(text)) return *number;
    }
    return text;
  }

  json sequence(const YamlNode& node, const json& schema, const json::json_pointer& pointer) {
    json list = json::array();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      list.push_back(read(node.items[i], part(schema, "items"), pointer / i));
    }
    return list;
  }

  json mapping(const YamlNode& node, const json& schema, const json::json_pointer& pointer) {
    json object = json::object();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const YamlNode& key = node.keys[i];
      const json::json_pointer child = pointer / key.text;
      object[key.text] = read(node.items[i], part(part(schema, "properties"), key.text.c_str()), child);
      Document::Place& place = document_.places_[child.to_string()];
      place.key_line = key.line;
      place.key_column = key.column;
    }
    return object;
  }

  Document& document_;
};

namespace {

/// The part of a JSON Schema that describes the value at `pointer`; an empty one, which any value fits, if none does.
const json& schema_at(const json& schema, json::json_pointer pointer) {
  static const json anything = json::object();
  std::vector<std::string> path;
  for (; !pointer.empty(); pointer.pop_back()) path.push_back(pointer.back());
  const json* part = &schema;
  for (auto key = path.rbegin(); key != path.rend(); ++key) {
    if (part->contains("properties") && part->at("properties").contains(*key)) {
      part = &part->at("properties").at(*key);
    } else if (part->contains("items")) {
      part = &part->at("items");
    } else {
      return anything;
    }
  }
  return *part;
}

}  // namespace

Document::Document(const std::filesystem::path& file, std::string_view kind) : file_(file) {
  take(read_yaml(file), kind);
}

Document::Document(const std::filesystem::path& file, const std::string& text, std::string_view kind)
    : file_(file), inside_(true) {
  take(parse_yaml(text, file), kind);
}

void Document::take(const YamlNode& tree, std::string_view kind) {
  const JsonSchema& parsed = parsed_schema(kind);
  const json& schema = parsed.tree();
  value_ = TypedView(*this).read(tree, schema, json::json_pointer());
  if (kind == "schema") refuse_blanks();
  std::vector<Explanation> explanations;
  const std::vector<std::string> broken = parsed.broken_values(value_);
  for (const std::string& pointer : broken) {
    const json::json_pointer at(pointer);
    if (!value_.contains(at)) continue;
    if (auto explanation = explain(schema_at(schema, at), value_[at], pointer)) {
      explanations.push_back(std::move(*explanation));
    }
  }
  if (explanations.empty()) {
    if (!broken.empty()) fail(broken.front(), "the value is not as its JSON Schema wants it", "compare the examples");
    return;
  }
  const auto position = [&](const Explanation& e) {
    const FilePosition found = e.at_key ? at_key(e.pointer) : at(e.pointer);
    return std::tuple(found.line, found.column);
  };
  const auto first = std::min_element(explanations.begin(), explanations.end(),
                                      [&](const auto& a, const auto& b) { return position(a) < position(b); });
  throw ConfigError(first->at_key ? at_key(first->pointer) : at(first->pointer), first->what, first->remedy);
}

void Document::refuse_blanks() const {
  if (!value_.is_object() || !value_.contains("attributes") || !value_["attributes"].is_array()) return;
  std::string first, name, key_of_first;
  std::size_t more = 0;
  const json& list = value_["attributes"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) continue;
    for (const auto& [key, part] : list[i].items()) {
      if (!part.is_null()) continue;
      const json::json_pointer pointer = json::json_pointer("/attributes") / i / key;
      const bool earlier = first.empty() || at_key(pointer.to_string()).line < at_key(first).line;
      more += !first.empty();
      if (!earlier) continue;
      first = pointer.to_string();
      key_of_first = key;
      name = list[i].contains("name") && list[i]["name"].is_string() ? list[i]["name"].get<std::string>() : "";
    }
  }
  if (first.empty()) return;
  const std::string others = more == 0 ? "" : " (" + std::to_string(more) + " more blanks follow)";
  throw ConfigError(at_key(first), "the column '" + clipped(name) + "' leaves '" + key_of_first + "' blank" + others,
                    "fill it in from public knowledge, such as a code book, or remove the column");
}

std::filesystem::path Document::beside(const std::string& path) const { return file_.parent_path() / path; }

const Document::Place& Document::place(const std::string& pointer) const {
  json::json_pointer at(pointer);
  while (!places_.contains(at.to_string())) at.pop_back();  // the root is always there
  return places_.at(at.to_string());
}

FilePosition Document::at(const std::string& pointer) const {
  const Place& found = place(pointer);
  return {file_.string(), found.line, found.column};
}

FilePosition Document::at_key(const std::string& pointer) const {
  const Place& found = place(pointer);
  if (found.key_line == 0) return at(pointer);
  return {file_.string(), found.key_line, found.key_column};
}

void Document::fail(const std::string& pointer, std::string_view what, std::string_view remedy) const {
  throw ConfigError(at(pointer), what, remedy);
}

}  // namespace fedloom::config
