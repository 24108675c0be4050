#pragma once
// The site's own log: JSON lines in local/, for the custodian. It may hold facts about rows, so its first line says
// that it is private; it is never sent and never printed.

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace fedloom::site {

class SiteLog {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;
  /// Appends to local/<site>.log.jsonl of the run's folder. Throws EnvironmentError.
  SiteLog(const std::filesystem::path& run_folder, const std::string& site);
  void write(const std::string& event, const Fields& fields = {});
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

}  // namespace fedloom::site
