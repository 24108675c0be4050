#pragma once
// Sources of rows on a command line, and what to call them in headings.

#include <string>
#include <vector>

namespace fedloom::apps {

struct NamedSource {
  std::string name, source;
};

/// Each "NAME=SOURCE", or a source, which is then named for its file. Files of one name are told apart by as many folders
/// of their paths as it takes, and the same source twice by a number.
std::vector<NamedSource> named_sources(const std::vector<std::string>& words);

}  // namespace fedloom::apps
