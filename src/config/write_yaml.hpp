#pragma once
// Pieces of YAML that read back as the same values.

#include <string>
#include <vector>

#include "fedloom/config/config.hpp"

namespace fedloom::config {

/// ["a", "b"].
std::string quoted_list(const std::vector<std::string>& texts);

}  // namespace fedloom::config
