#include "explain.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

#include "text.hpp"

namespace fedloom::config {
namespace {

using nlohmann::json;

/// "'epsilon'", "item 3 of 'keep'", "item 2 of item 1 of 'tree'", "the file".
std::string named(const json::json_pointer& pointer) {
  if (pointer.empty()) return "the file";
  const std::string& last = pointer.back();
  constexpr std::size_t most_digits = 9;
  const bool index = !last.empty() && last.size() <= most_digits &&
                     std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!index || pointer.parent_pointer().empty()) return "'" + last + "'";
  return "item " + std::to_string(std::stoul(last) + 1) + " of " + named(pointer.parent_pointer());
}

std::string named(const std::string& pointer) { return named(json::json_pointer(pointer)); }

std::string number_text(const json& number) {
  if (!number.is_number_float()) return number.dump();
  const double value = number.get<double>();
  const bool whole = std::floor(value) == value && std::abs(value) < 1e15;
  return whole ? std::to_string(static_cast<std::int64_t>(value)) : number.dump();
}

std::string shown(const json& value) {
  if (value.is_string()) return "'" + clipped(value.get_ref<const std::string&>()) + "'";
  if (value.is_null()) return "nothing";
  if (value.is_object()) return "a mapping";
  if (value.is_array()) return "a list";
  return value.is_number() ? number_text(value) : value.dump();
}

bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return value.is_null();
}

std::string type_phrase(const std::string& type) {
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "string") return "text";
  if (type == "boolean") return "true or false";
  if (type == "array") return "a list [a, b, …]";
  if (type == "object") return "a mapping {key: value, …}";
  return "null";
}

std::vector<std::string> types_of(const json& schema) {
  if (!schema.contains("type")) return {};
  const json& type = schema["type"];
  return type.is_string() ? std::vector<std::string>{type} : type.get<std::vector<std::string>>();
}

/// "above 0 and at most 100".
std::string range_phrase(const json& schema) {
  std::string text;
  const auto add = [&](const char* keyword, const char* phrase) {
    if (schema.contains(keyword))
      text.append(text.empty() ? "" : " and ").append(phrase).append(number_text(schema[keyword]));
  };
  add("minimum", "at least ");
  add("exclusiveMinimum", "above ");
  add("maximum", "at most ");
  add("exclusiveMaximum", "below ");
  return text;
}

/// What the value should be, in words.
std::string expectation(const json& schema) {
  if (schema.contains("x-expects")) return schema["x-expects"];
  std::string text;
  if (schema.contains("enum")) {
    std::vector<std::string> values;
    for (const json& one : schema["enum"]) values.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    return (values.size() > 1 ? "one of " : "") + joined(values);
  }
  for (const std::string& type : types_of(schema)) text.append(text.empty() ? "" : " or ").append(type_phrase(type));
  const std::string range = range_phrase(schema);
  return range.empty() ? text : text + " " + range;
}

std::string titled(const json& schema) {
  return schema.contains("title") ? " (" + schema["title"].get<std::string>() + ")" : std::string();
}

std::optional<Explanation> wrong_value(const json& schema, const json& value, const std::string& pointer) {
  // A file that is no mapping at all may be a table that was named by mistake: nothing of it is repeated.
  if (pointer.empty()) {
    return Explanation{pointer, false, named(pointer) + " must be " + expectation(schema), "is it the right file?"};
  }
  return Explanation{pointer, false, named(pointer) + " must be " + expectation(schema) + ", not " + shown(value),
                     "correct it"};
}

std::optional<Explanation> explain_enum(const json& schema, const json& value, const std::string& pointer) {
  const json& allowed = schema["enum"];
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return std::nullopt;
  auto wrong = wrong_value(schema, value, pointer);
  if (!value.is_string()) return wrong;
  std::vector<std::string> names;
  for (const json& one : allowed) names.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  const std::string close = nearest(value.get_ref<const std::string&>(), names);
  if (!close.empty()) wrong->remedy = "did you mean '" + close + "'?";
  return wrong;
}

bool outside_range(const json& schema, const json& value) {
  const double number = value.get<double>();
  const auto limit = [&](const char* keyword) { return schema[keyword].get<double>(); };
  return (schema.contains("minimum") && number < limit("minimum")) ||
         (schema.contains("exclusiveMinimum") && number <= limit("exclusiveMinimum")) ||
         (schema.contains("maximum") && number > limit("maximum")) ||
         (schema.contains("exclusiveMaximum") && number >= limit("exclusiveMaximum"));
}

std::optional<Explanation> explain_string(const json& schema, const json& value, const std::string& pointer) {
  const auto& text = value.get_ref<const std::string&>();
  const bool short_text = schema.contains("minLength") && text.size() < schema["minLength"].get<std::size_t>();
  const bool other_form =
      schema.contains("pattern") && !std::regex_search(text, std::regex(schema["pattern"].get<std::string>()));
  if (short_text || other_form) return wrong_value(schema, value, pointer);
  return std::nullopt;
}

std::optional<Explanation> explain_list(const json& schema, const json& value, const std::string& pointer) {
  const auto count_phrase = [&](const char* bound, const char* keyword) {
    return named(pointer) + " must have at " + bound + " " + schema[keyword].dump() + " items, and has " +
           std::to_string(value.size());
  };
  if (schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>()) {
    return Explanation{pointer, false, count_phrase("least", "minItems"), "add what is missing"};
  }
  if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>()) {
    return Explanation{pointer, false, count_phrase("most", "maxItems"), "shorten the list"};
  }
  if (!schema.value("uniqueItems", false)) return std::nullopt;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (std::find(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(i), value[i]) !=
        value.begin() + static_cast<std::ptrdiff_t>(i)) {
      return Explanation{pointer + "/" + std::to_string(i), false,
                         named(pointer) + " lists " + shown(value[i]) + " twice", "remove one of them"};
    }
  }
  return std::nullopt;
}

std::optional<Explanation> explain_mapping(const json& schema, const json& value, const std::string& pointer) {
  const json& properties = schema.at("properties");
  std::vector<std::string> known;
  for (const auto& [key, part] : properties.items()) known.push_back(key);
  for (const auto& [key, part] : value.items()) {
    if (properties.contains(key)) continue;
    const std::string close = nearest(key, known);
    const std::string of = pointer.empty() ? "here" : "in " + named(pointer);
    return Explanation{(json::json_pointer(pointer) / key).to_string(), true,
                       "'" + clipped(key) + "' is not a known key " + of,
                       close.empty() ? "known keys: " + joined(known) : "did you mean '" + close + "'?"};
  }
  for (const std::string key : schema.value("required", json::array())) {
    if (value.contains(key)) continue;
    return Explanation{pointer, false, named(pointer) + " lacks '" + key + "'" + titled(properties[key]),
                       "add " + key + ": " + expectation(properties[key])};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Explanation> explain(const json& schema, const json& value, const std::string& pointer) {
  const std::vector<std::string> types = types_of(schema);
  const auto fits = [&](const std::string& type) { return has_type(value, type); };
  if (!types.empty() && std::none_of(types.begin(), types.end(), fits)) return wrong_value(schema, value, pointer);
  if (schema.contains("enum")) return explain_enum(schema, value, pointer);
  if (value.is_number()) return outside_range(schema, value) ? wrong_value(schema, value, pointer) : std::nullopt;
  if (value.is_string()) return explain_string(schema, value, pointer);
  if (value.is_array()) return explain_list(schema, value, pointer);
  if (value.is_object() && schema.contains("properties")) return explain_mapping(schema, value, pointer);
  return std::nullopt;
}

}  // namespace fedloom::config
