#include "query_json.hpp"

#include <algorithm>

#include "fedloom/base/json_depth.hpp"
#include "limits.hpp"

namespace fedloom::boundary {
namespace {

using schema::Query;

std::uint32_t attribute_index(const Json& name, const schema::Domain& domain) {
  if (!name.is_string()) throw JsonFault("\"attributes\" holds something that is not a name");
  const auto wanted = name.get<std::string>();
  for (std::size_t i = 0; i < domain.dimensions(); ++i)
    if (domain.name(i) == wanted) return static_cast<std::uint32_t>(i);
  throw JsonFault("the schema has no attribute \"" + wanted + "\"");
}

schema::Marginal marginal_from_json(const Json& object, const schema::Domain& domain) {
  const auto found = object.find("attributes");
  if (found == object.end() || !found->is_array() || found->size() > schema::Marginal::max_degree)
    throw JsonFault("\"attributes\" must be a list of at most 3 names");
  std::vector<std::uint32_t> attributes;
  for (const auto& name : *found) attributes.push_back(attribute_index(name, domain));
  std::sort(attributes.begin(), attributes.end());
  if (std::adjacent_find(attributes.begin(), attributes.end()) != attributes.end())
    throw JsonFault("\"attributes\" names an attribute twice");
  return schema::Marginal(std::move(attributes));
}

Query::Kind kind_from_json(const Json& object) {
  const auto kind = text_field(object, "kind");
  if (kind == "marginal") return Query::Kind::marginal;
  if (kind == "sketch") return Query::Kind::sketch;
  throw JsonFault("\"kind\" must be \"marginal\" or \"sketch\"");
}

}  // namespace

Json parse_object(std::string_view text) {
  auto parsed = nested_too_deeply(text) ? Json() : Json::parse(text, nullptr, false);
  if (!parsed.is_object()) throw JsonFault("this is not a JSON object");
  return parsed;
}

void refuse_other_keys(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& item : object.items())
    if (std::find(known.begin(), known.end(), item.key()) == known.end())
      throw JsonFault("unknown key \"" + item.key() + "\"");
}

std::uint64_t uint_field(const Json& object, const char* key, std::uint64_t most) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > most)
    throw JsonFault("\"" + std::string(key) + "\" must be a whole number from 0 to " + std::to_string(most));
  return found->get<std::uint64_t>();
}

std::string text_field(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) throw JsonFault("\"" + std::string(key) + "\" must be a text");
  return found->get<std::string>();
}

Json query_to_json(const Query& query, const schema::Domain& domain) {
  Json json{{"kind", query.kind == Query::Kind::sketch ? "sketch" : "marginal"}, {"attributes", Json::array()}};
  for (const auto attribute : query.marginal) json["attributes"].push_back(domain.name(attribute));
  if (query.kind == Query::Kind::sketch) {
    json["sketch_rows"] = query.sketch_rows;
    json["sketch_seed"] = query.sketch_seed;
  }
  return json;
}

Query query_from_json(const Json& object, const schema::Domain& domain) {
  Query query{.kind = kind_from_json(object), .marginal = marginal_from_json(object, domain)};
  if (query.kind == Query::Kind::sketch) {
    query.sketch_rows = static_cast<std::uint32_t>(uint_field(object, "sketch_rows", max_sketch_rows));
    query.sketch_seed = uint_field(object, "sketch_seed", UINT64_MAX);
  } else if (object.contains("sketch_rows") || object.contains("sketch_seed")) {
    throw JsonFault("a marginal takes neither sketch_rows nor sketch_seed");
  }
  if (const auto fault = fault_of(query); !fault.empty()) throw JsonFault("the query " + fault);
  return query;
}

schema::Coarsening coarsening_of(const Json& list, const schema::Domain& fine) {
  try {
    return schema::coarsening_from_json(list.dump(), fine);
  } catch (const std::invalid_argument& fault) {
    throw JsonFault(fault.what());
  }
}

}  // namespace fedloom::boundary
