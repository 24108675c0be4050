#include "demo_tables.hpp"

#include <algorithm>

#include "fedloom/base/error.hpp"
#include "fedloom/base/identity.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

std::vector<SiteTable> tables_beside(const fs::path& experiment) {
  const std::string start = experiment.stem().string() + "-";
  std::vector<SiteTable> sites;
  std::error_code no_folder;
  for (const auto& entry : fs::directory_iterator(experiment.parent_path() / "data", no_folder)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".csv" || !stem.starts_with(start)) continue;
    if (is_site_name(stem.substr(start.size()))) sites.push_back({stem.substr(start.size()), entry.path()});
  }
  if (sites.empty()) {
    throw UsageError("no tables lie with " + experiment.string() + ", such as data/" + start + "north.csv beside it",
                     "name each table with --data");
  }
  std::sort(sites.begin(), sites.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return sites;
}

}  // namespace fedloom::apps
