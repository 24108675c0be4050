#pragma once
// Pieces of YAML that read back as the same values.

#include <string>
#include <string_view>
#include <vector>

namespace fedloom::config {

/// Text in double quotes.
std::string quoted_text(std::string_view text);
/// ["a", "b"].
std::string quoted_list(const std::vector<std::string>& texts);

}  // namespace fedloom::config
