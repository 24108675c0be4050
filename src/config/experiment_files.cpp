#include "document.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::config {

ExperimentFiles experiment_files(const std::filesystem::path& file) {
  const Document document(file, "experiment");
  ExperimentFiles files{.schema = document.beside(document.value().at("schema").get<std::string>()), .roster = {}};
  if (const auto roster = document.value().find("roster"); roster != document.value().end()) {
    files.roster = document.beside(roster->get<std::string>());
  }
  return files;
}

}  // namespace fedloom::config
