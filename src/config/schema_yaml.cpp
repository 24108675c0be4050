#include "fedloom/config/config.hpp"
#include "fedloom/schema/number.hpp"
#include "write_yaml.hpp"

namespace fedloom::config {
namespace {

using schema::Outside;

std::string name_of(Outside outside) {
  return outside == Outside::other ? "other" : outside == Outside::clip ? "clip" : "refuse";
}

struct TypeYaml {
  std::string operator()(const schema::Categorical& c) const {
    std::string text = "type: categorical, values: " + quoted_list(c.values);
    if (c.outside == Outside::other) text += ", other_label: " + quoted_text(c.other_label);
    return text + ", outside: " + name_of(c.outside);
  }
  std::string operator()(const schema::Binned& b) const {
    std::string edges;
    for (const double edge : b.edges) edges.append(edges.empty() ? "" : ", ").append(schema::shortest(edge));
    const char* type = b.integer ? "integer" : "real";
    return std::string("type: ") + type + ", edges: [" + edges + "], outside: " + name_of(b.outside);
  }
  std::string operator()(const schema::Coded& c) const {
    return "type: coded, size: " + std::to_string(c.size) + ", outside: " + name_of(c.outside);
  }
};

}  // namespace

std::string schema_yaml(const schema::Schema& schema) {
  std::string text = "version: 1\nattributes:\n";
  for (const schema::Attribute& attribute : schema.attributes()) {
    text += "  - {name: " + quoted_text(attribute.name) + ", " + std::visit(TypeYaml{}, attribute.type);
    if (attribute.missing) text += ", missing: " + quoted_list(attribute.missing_tokens);
    text += "}\n";
  }
  for (const std::string& id : schema.ids()) text += "  - {name: " + quoted_text(id) + ", role: id}\n";
  return text;
}

}  // namespace fedloom::config
