#pragma once
// The tables that lie with an experiment.

#include <filesystem>
#include <string>
#include <vector>

namespace fedloom::apps {

struct SiteTable {
  std::string name;  ///< of the site
  std::filesystem::path table;
};

/// data/adult-office.csv beside adult.yaml is the table of the site office. Ordered by name. Throws UsageError when
/// there is none.
std::vector<SiteTable> tables_beside(const std::filesystem::path& experiment);
/// As --data names them, NAME=FILE.csv each; those beside the experiment where it names none. Throws UsageError.
std::vector<SiteTable> named_tables(const std::vector<std::string>& data, const std::filesystem::path& experiment);

}  // namespace fedloom::apps
