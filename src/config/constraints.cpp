#include "constraints.hpp"

#include <algorithm>
#include <stdexcept>

#include "fedloom/schema/values.hpp"
#include "text.hpp"
#include "write_yaml.hpp"

namespace fedloom::config {
namespace {

using nlohmann::json;
using schema::Attribute;
using schema::Constraint;
using schema::Determines;
using schema::Less;
using schema::Never;
using schema::Sum;

/// A JSON pointer's reference token (RFC 6901).
std::string token(const std::string& key) {
  std::string out;
  for (const char c : key) out += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  return out;
}

/// One constraint being read.
class Reader {
 public:
  Reader(const Document& document, const schema::Schema& schema, std::size_t place)
      : document_(document),
        attributes_(schema.attributes()),
        value_(document.value()["constraints"][place]),
        pointer_("/constraints/" + std::to_string(place)) {}

  Constraint read() const {
    if (value_.size() != 1) {
      document_.fail(pointer_, "a constraint needs exactly one of never, determines, less, at_most and sum",
                     "make a list item of each");
    }
    const std::string kind = value_.begin().key();
    const json& rule = value_.begin().value();
    const std::string at = pointer_ + "/" + kind;
    if (kind == "never") return never(rule, at);
    if (kind == "determines") return determines(rule, at);
    if (kind == "sum") return sum(rule, at);
    const std::uint32_t low = column(rule[0], at + "/0"), high = column(rule[1], at + "/1");
    const bool strict = kind == "less";
    return {Less{low, high, strict}, name(low) + (strict ? " < " : " <= ") + name(high)};
  }

  [[noreturn]] void fail(const std::string& what) const { document_.fail(pointer_, what, "correct it, or remove it"); }

 private:
  const std::string& name(std::uint32_t attribute) const { return attributes_[attribute].name; }

  std::uint32_t column(const std::string& text, const std::string& at, bool key = false) const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < attributes_.size(); ++i) {
      if (attributes_[i].name == text) return i;
      names.push_back(attributes_[i].name);
    }
    const std::string near = nearest(text, names);
    const std::string remedy =
        near.empty() ? "name a column of this schema that is no id" : "did you mean '" + near + "'?";
    throw ConfigError(key ? document_.at_key(at) : document_.at(at), "there is no column '" + clipped(text) + "'",
                      remedy);
  }

  std::vector<std::uint32_t> codes(std::uint32_t attribute, const json& text, const std::string& at) const {
    if (!text.is_string()) document_.fail(at, "the value is not text", "write a label, a number or a range LOW..HIGH");
    try {
      const auto named = schema::codes_named(attributes_[attribute], text.get_ref<const std::string&>());
      if (!named.empty()) return named;
    } catch (const std::invalid_argument& error) {
      document_.fail(at, error.what(), "write a label, a number or a range LOW..HIGH that the column's bins have");
    }
    document_.fail(at, "the range holds nothing", "correct it");
  }

  Constraint never(const json& rule, const std::string& at) const {
    Never made;
    std::string text = "never";
    for (const auto& [key, value] : rule.items()) {
      const std::string here = at + "/" + token(key);
      Never::Part part{column(key, here, true), {}};
      const json list = value.is_array() ? value : json::array({value});
      if (list.empty()) document_.fail(here, "the list holds nothing", "list the values, or remove the column");
      for (std::size_t k = 0; k < list.size(); ++k) {
        const auto more = codes(part.attribute, list[k], value.is_array() ? here + "/" + std::to_string(k) : here);
        part.codes.insert(part.codes.end(), more.begin(), more.end());
      }
      std::sort(part.codes.begin(), part.codes.end());
      part.codes.erase(std::unique(part.codes.begin(), part.codes.end()), part.codes.end());
      text += (made.parts.empty() ? " " : " with ") + key;
      made.parts.push_back(std::move(part));
    }
    return {std::move(made), text};
  }

  Constraint determines(const json& rule, const std::string& at) const {
    Determines made;
    made.from = column(rule["from"], at + "/from");
    made.to = column(rule["to"], at + "/to");
    if (rule.contains("table") == rule.contains("by")) {
      document_.fail(at, "'determines' needs exactly one of table and by", "give a table {value: value}, or by: order");
    }
    rule.contains("by") ? by_order(made, at) : by_table(made, rule["table"], at + "/table");
    return {made, name(made.from) + " determines " + name(made.to)};
  }

  /// Codes that stand for values: without others and missing ones.
  static std::uint32_t values_of(const Attribute& attribute) {
    const auto* categorical = std::get_if<schema::Categorical>(&attribute.type);
    const bool other = categorical != nullptr && categorical->outside == schema::Outside::other;
    return attribute.size() - (attribute.missing ? 1 : 0) - (other ? 1 : 0);
  }

  void by_order(Determines& made, const std::string& at) const {
    const Attribute &from = attributes_[made.from], &to = attributes_[made.to];
    if (values_of(from) != values_of(to)) {
      document_.fail(at + "/by", "the columns do not have as many values as one another",
                     "give a table {value: value}");
    }
    made.table.assign(from.size(), Determines::any);
    for (std::uint32_t code = 0; code < values_of(from); ++code) made.table[code] = code;
    if (from.missing && to.missing) made.table.back() = to.size() - 1;
  }

  void by_table(Determines& made, const json& table, const std::string& at) const {
    const Attribute& from = attributes_[made.from];
    made.table.assign(from.size(), Determines::any);
    for (const auto& [key, value] : table.items()) {
      const std::string here = at + "/" + token(key);
      const auto then = codes(made.to, value, here);
      if (then.size() != 1) document_.fail(here, "the value names several bins", "name one of them");
      for (const std::uint32_t code : codes(made.from, key, here)) {
        if (made.table[code] != Determines::any) document_.fail(here, "the value is listed twice", "remove one");
        made.table[code] = then.front();
      }
    }
    for (std::uint32_t code = 0; code < values_of(from); ++code) {
      if (made.table[code] != Determines::any) continue;
      document_.fail(at, "the table lacks the value '" + clipped(schema::value_name(from, code)) + "'", "add it");
    }
  }

  Constraint sum(const json& rule, const std::string& at) const {
    Sum made;
    std::string text;
    for (std::size_t k = 0; k < rule["parts"].size(); ++k) {
      made.parts.push_back(column(rule["parts"][k], at + "/parts/" + std::to_string(k)));
      text += (k == 0 ? "" : " + ") + name(made.parts.back());
    }
    made.total = column(rule["total"], at + "/total");
    text += " = " + name(made.total);
    return {std::move(made), std::move(text)};
  }

  const Document& document_;
  const std::vector<Attribute>& attributes_;
  const json& value_;
  std::string pointer_;
};

struct RuleYaml {
  const std::vector<Attribute>& attributes;

  std::string name(std::uint32_t attribute) const { return quoted_text(attributes[attribute].name); }
  std::string value(std::uint32_t attribute, std::uint32_t code) const {
    return quoted_text(schema::value_name(attributes[attribute], code));
  }

  std::string operator()(const Never& never) const {
    std::string text;
    for (const Never::Part& part : never.parts) {
      text += (text.empty() ? "" : ", ") + name(part.attribute) + ": [";
      for (std::size_t k = 0; k < part.codes.size(); ++k) {
        text += (k == 0 ? "" : ", ") + value(part.attribute, part.codes[k]);
      }
      text += "]";
    }
    return "never: {" + text + "}";
  }
  std::string operator()(const Determines& rule) const {
    std::string text;
    for (std::uint32_t code = 0; code < rule.table.size(); ++code) {
      if (rule.table[code] == Determines::any) continue;
      text += (text.empty() ? "" : ", ") + value(rule.from, code) + ": " + value(rule.to, rule.table[code]);
    }
    return "determines: {from: " + name(rule.from) + ", to: " + name(rule.to) + ", table: {" + text + "}}";
  }
  std::string operator()(const Less& less) const {
    return std::string(less.strict ? "less" : "at_most") + ": [" + name(less.low) + ", " + name(less.high) + "]";
  }
  std::string operator()(const Sum& sum) const {
    std::string text;
    for (const std::uint32_t part : sum.parts) text += (text.empty() ? "" : ", ") + name(part);
    return "sum: {parts: [" + text + "], total: " + name(sum.total) + "}";
  }
};

}  // namespace

schema::Schema with_constraints(const Document& document, const schema::Schema& schema) {
  if (!document.value().contains("constraints")) return schema;
  std::vector<Constraint> list;
  for (std::size_t k = 0; k < document.value()["constraints"].size(); ++k) {
    const Reader reader(document, schema, k);
    list.push_back(reader.read());
    try {
      schema::Constraints(schema.attributes(), {list.back()});
    } catch (const std::invalid_argument& error) {
      reader.fail(error.what());
    }
  }
  try {
    return schema.constrained(std::move(list));
  } catch (const std::invalid_argument& error) {
    document.fail("/constraints", error.what(), "correct or remove one of them");
  }
}

std::string constraints_yaml(const schema::Schema& schema) {
  if (schema.constraints().empty()) return {};
  std::string text = "constraints:\n";
  for (const Constraint& constraint : schema.constraints().list()) {
    text += "  - {" + std::visit(RuleYaml{schema.attributes()}, constraint.rule) + "}\n";
  }
  return text;
}

}  // namespace fedloom::config
