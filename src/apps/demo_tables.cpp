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

std::vector<SiteTable> named_tables(const std::vector<std::string>& data, const fs::path& experiment) {
  if (data.empty()) return tables_beside(experiment);
  std::vector<SiteTable> sites;
  for (const auto& text : data) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || !is_site_name(text.substr(0, equals))) {
      throw UsageError("--data " + text + " is not NAME=FILE.csv",
                       "name each site's table, as in --data north=north.csv");
    }
    sites.push_back({text.substr(0, equals), fs::absolute(text.substr(equals + 1))});
    if (!fs::exists(sites.back().table))
      throw UsageError("there is no file " + sites.back().table.string(), "check --data");
  }
  return sites;
}

}  // namespace fedloom::apps
