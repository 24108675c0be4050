#include "fedloom/site/site_log.hpp"

#include <nlohmann/json.hpp>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::site {

SiteLog::SiteLog(const std::filesystem::path& run_folder, const std::string& site)
    : path_(run_folder / "local" / (site + ".log.jsonl")) {
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  const bool fresh = !std::filesystem::exists(path_);
  out_.open(path_, std::ios::app);
  if (error || !out_) {
    throw EnvironmentError(path_.string(), "cannot be written", "check that the run's folder exists and has room");
  }
  std::filesystem::permissions(path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  if (fresh) write("private", {{"note", "facts about real rows: not safe to publish"}});
}

void SiteLog::write(const std::string& event, const Fields& fields) {
  nlohmann::ordered_json line{{"time", utc_timestamp()}, {"event", event}};
  for (const auto& [name, value] : fields) line[name] = value;
  out_ << line.dump() << '\n' << std::flush;
}

}  // namespace fedloom::site
