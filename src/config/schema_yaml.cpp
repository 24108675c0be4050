#include <array>

#include "constraints.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/number.hpp"
#include "write_yaml.hpp"

namespace fedloom::config {
namespace {

using schema::Outside;

std::string name_of(Outside outside) {
  return outside == Outside::other ? "other" : outside == Outside::clip ? "clip" : "refuse";
}

std::string edge_text(const schema::Binned& b, double edge) {
  if (b.calendar == schema::Calendar::none) return schema::shortest(edge);
  const auto whole = static_cast<std::int64_t>(edge);
  return quoted_text(b.calendar == schema::Calendar::date ? schema::print_date(whole, b.format)
                                                          : schema::print_moment(whole, b.format));
}

struct TypeYaml {
  std::string operator()(const schema::Categorical& c) const {
    const bool tree = !c.hierarchy.parents.empty();
    std::string text = std::string("type: ") + (c.hierarchy.empty() ? "categorical" : "hierarchical");
    text += ", values: " + quoted_list(c.values);
    if (c.hierarchy.by_prefix) text += ", prefix: true";
    if (tree) text += ", tree: [" + pairs(c.hierarchy.parents) + "]";
    if (c.outside == Outside::other) text += ", other_label: " + quoted_text(c.other_label);
    return text + ", outside: " + name_of(c.outside);
  }
  std::string operator()(const schema::Binned& b) const {
    std::string edges;
    for (const double edge : b.edges) edges.append(edges.empty() ? "" : ", ").append(edge_text(b, edge));
    const bool date = b.calendar == schema::Calendar::date;
    const char* type = b.calendar == schema::Calendar::none ? (b.integer ? "integer" : "real")
                       : date                               ? "date"
                                                            : "datetime";
    std::string text = std::string("type: ") + type + ", edges: [" + edges + "]";
    if (!b.format.text.empty()) text += ", format: " + quoted_text(b.format.text);
    if (b.private_bins > 0) text += ", bins: {private: " + std::to_string(b.private_bins) + "}";
    return text + ", outside: " + name_of(b.outside);
  }
  std::string operator()(const schema::Coded& c) const {
    return "type: coded, size: " + std::to_string(c.size) + ", outside: " + name_of(c.outside);
  }

 private:
  static std::string pairs(const std::vector<std::pair<std::string, std::string>>& edges) {
    std::string text;
    for (const auto& [child, parent] : edges)
      text.append(text.empty() ? "" : ", ").append(quoted_list({child, parent}));
    return text;
  }
};

const char* name_of(schema::DatePart part) {
  constexpr std::array names{"year", "quarter", "month", "week", "day", "weekday", "hour"};
  return names.at(static_cast<std::size_t>(part));
}

/// ", column: x", ", part: month", ", derive: {…}"; empty for an attribute that is its own column.
std::string origin_yaml(const schema::Origin& origin) {
  using Kind = schema::Origin::Kind;
  if (origin.is_own_cell()) return {};
  std::string text;
  const std::string columns = quoted_list(origin.columns);
  switch (origin.kind) {
    case Kind::cell:
      return ", column: " + quoted_text(origin.columns.front());
    case Kind::part:
      text = ", column: " + quoted_text(origin.columns.front()) + ", part: " + name_of(origin.part);
      break;
    case Kind::sum:
      text = ", derive: {sum: " + columns + "}";
      break;
    case Kind::ratio:
      text = ", derive: {ratio: " + columns + "}";
      break;
    case Kind::difference: {
      constexpr std::array units{"", ", in: hours", ", in: days", ", in: years"};
      text = ", derive: {difference: " + columns + units.at(static_cast<std::size_t>(origin.unit)) + "}";
    }
  }
  return origin.format.text.empty() ? text : text + ", format: " + quoted_text(origin.format.text);
}

}  // namespace

std::string schema_yaml(const schema::Schema& schema) {
  std::string text = "version: 1\nattributes:\n";
  for (const schema::Attribute& attribute : schema.attributes()) {
    text += "  - {name: " + quoted_text(attribute.name) + ", " + std::visit(TypeYaml{}, attribute.type);
    text += origin_yaml(attribute.origin);
    if (attribute.missing) text += ", missing: " + quoted_list(attribute.missing_tokens);
    text += "}\n";
  }
  for (std::size_t k = 0; k < schema.ids().size(); ++k) {
    text += "  - {name: " + quoted_text(schema.ids()[k]) + ", role: id";
    const schema::IdPattern& pattern = schema.id_patterns()[k];
    text += pattern.is_number() ? "}\n" : ", pattern: " + quoted_text(pattern.text()) + "}\n";
  }
  return text + constraints_yaml(schema);
}

}  // namespace fedloom::config
