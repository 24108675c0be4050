#include "fedloom/base/error.hpp"
#include "fedloom/boundary/plan.hpp"
#include "limits.hpp"
#include "query_json.hpp"

namespace fedloom::boundary {
namespace {

PlannedQuery planned_from_json(const Json& object, const schema::Domain& domain) {
  if (!object.is_object()) throw JsonFault("a query is not a JSON object");
  refuse_other_keys(
      object, {"kind", "attributes", "sketch_rows", "sketch_seed", "variance_num", "variance_shift", "grid_bits"});
  PlannedQuery planned{.query = query_from_json(object, domain), .site_noise = {}};
  planned.site_noise.variance_num = uint_field(object, "variance_num", UINT64_MAX);
  planned.site_noise.variance_shift =
      static_cast<std::uint8_t>(uint_field(object, "variance_shift", max_variance_shift));
  planned.site_noise.grid_bits = static_cast<std::uint8_t>(uint_field(object, "grid_bits", max_grid_bits));
  return planned;
}

std::optional<privacy::CuratorEvent> curator_of(const Json& json) {
  const auto found = json.find("curator");
  if (found == json.end()) return std::nullopt;
  if (!found->is_object()) throw JsonFault("\"curator\" must be an object");
  refuse_other_keys(*found, {"rho_num", "rho_shift"});
  return privacy::CuratorEvent{.rho_num = uint_field(*found, "rho_num", UINT64_MAX),
                               .rho_shift = static_cast<std::uint8_t>(uint_field(*found, "rho_shift", max_rho_shift))};
}

RoundPlan parse_plan(std::string_view text, const schema::Domain& domain) {
  const auto json = parse_object(text);
  refuse_other_keys(
      json, {"round", "attempt", "reuse", "stage", "contributors", "entity_rows", "coarsening", "curator", "queries"});
  RoundPlan plan;
  plan.round = static_cast<std::uint32_t>(uint_field(json, "round", UINT32_MAX));
  plan.attempt = static_cast<std::uint32_t>(uint_field(json, "attempt", UINT32_MAX));
  const auto reuse = json.find("reuse");
  if (reuse == json.end() || !reuse->is_boolean()) throw JsonFault("\"reuse\" must be true or false");
  plan.reuse = reuse->get<bool>();
  plan.stage = text_field(json, "stage");
  plan.contributors = static_cast<std::uint32_t>(uint_field(json, "contributors", max_contributors));
  plan.entity_rows = static_cast<std::uint32_t>(uint_field(json, "entity_rows", max_entity_rows));
  if (json.contains("coarsening")) plan.coarsening = coarsening_of(json.at("coarsening"), domain);
  plan.curator = curator_of(json);
  const auto queries = json.find("queries");
  if (queries == json.end() || !queries->is_array()) throw JsonFault("\"queries\" must be a list");
  for (const auto& object : *queries) plan.queries.push_back(planned_from_json(object, domain));
  if (const auto fault = fault_of(plan); !fault.empty()) throw JsonFault("the plan " + fault);
  return plan;
}

}  // namespace

std::string to_json(const RoundPlan& plan, const schema::Domain& domain) {
  Json json{{"round", plan.round},     {"attempt", plan.attempt},           {"reuse", plan.reuse},
            {"stage", plan.stage},     {"contributors", plan.contributors}, {"entity_rows", plan.entity_rows},
            {"queries", Json::array()}};
  if (!plan.coarsening.empty()) json["coarsening"] = Json::parse(schema::to_json(plan.coarsening, domain));
  if (plan.curator) json["curator"] = {{"rho_num", plan.curator->rho_num}, {"rho_shift", plan.curator->rho_shift}};
  for (const auto& [query, noise] : plan.queries) {
    auto object = query_to_json(query, domain);
    object["variance_num"] = noise.variance_num;
    object["variance_shift"] = noise.variance_shift;
    object["grid_bits"] = noise.grid_bits;
    json["queries"].push_back(std::move(object));
  }
  return json.dump();
}

RoundPlan plan_from_json(std::string_view text, const schema::Domain& domain, const std::string& file) {
  try {
    return parse_plan(text, domain);
  } catch (const JsonFault& fault) {
    throw ConfigError({.file = file}, std::string("round plan: ") + fault.what(),
                      "give a plan that Fedloom wrote, and the schema it was written for");
  }
}

}  // namespace fedloom::boundary
