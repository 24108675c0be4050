#pragma once
// A YAML text as a plain tree with positions. A small YAML on purpose: one document, no anchors, aliases or tags, no
// key twice, text as keys, limited size and depth.

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/base/error.hpp"

namespace fedloom::config {

struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  bool quoted = false;          ///< scalar: in quotes, or a block
  int line = 0, column = 0;     ///< from 1
  std::string text;             ///< scalar
  std::vector<YamlNode> keys;   ///< mapping: scalars
  std::vector<YamlNode> items;  ///< sequence; mapping: the values
};

/// Throws ConfigError: no such file, not to be read, over 16 MiB, not UTF-8, not YAML, or more than the YAML above.
YamlNode read_yaml(const std::filesystem::path& file);
/// The same of a text that was read already; errors name `file`.
YamlNode parse_yaml(const std::string& text, const std::filesystem::path& file);

}  // namespace fedloom::config
