#pragma once
// Queries, and checked reading of JSON fields, for plans and measurements.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "fedloom/schema/coarsening.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::boundary {

using Json = nlohmann::ordered_json;

/// What is wrong with a JSON text, in words; the caller knows file and line.
struct JsonFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws JsonFault for text that is not one JSON object.
Json parse_object(std::string_view text);
/// Throws JsonFault for a key of `object` that is not in `known`.
void refuse_other_keys(const Json& object, std::initializer_list<std::string_view> known);
/// A whole number from 0 to most. Throws JsonFault.
std::uint64_t uint_field(const Json& object, const char* key, std::uint64_t most);
std::string text_field(const Json& object, const char* key);

/// {"kind","attributes":[names],…}
Json query_to_json(const schema::Query& query, const schema::Domain& domain);
/// Reads the same keys from `object`, and says nothing about others. Throws JsonFault.
schema::Query query_from_json(const Json& object, const schema::Domain& domain);
/// The coarsening that schema::to_json wrote. Throws JsonFault.
schema::Coarsening coarsening_of(const Json& list, const schema::Domain& fine);

}  // namespace fedloom::boundary
