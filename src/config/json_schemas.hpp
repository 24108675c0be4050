#pragma once
// The files in schemas/, embedded at build time (embed.cmake).

#include <string_view>

namespace fedloom::config {

extern const std::string_view experiment_json_schema;
extern const std::string_view policy_json_schema;
extern const std::string_view roster_json_schema;
extern const std::string_view schema_json_schema;

}  // namespace fedloom::config
