#include "write_yaml.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::config {

// A JSON string is a YAML double-quoted scalar.
std::string quoted_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) list.append(list.size() > 1 ? ", " : "").append(quoted_text(text));
  return list + "]";
}

}  // namespace fedloom::config
