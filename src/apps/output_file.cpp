#include "output_file.hpp"

#include <CLI/CLI.hpp>

#include "fedloom/base/error.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

void require_new_file(const fs::path& file, bool force, const std::string& option) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder)) {
    throw EnvironmentError(file.string(), "cannot be written: its folder is not there",
                           "make it, or choose another " + option);
  }
  if (fs::is_directory(file)) throw UsageError(file.string() + " is a folder", "name a file with " + option);
  if (fs::exists(file) && !force) {
    throw UsageError("the file " + file.string() + " is there already",
                     "choose another " + option + ", or add --force");
  }
}

void add_force_option(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "Replace files that are there already");
}

}  // namespace fedloom::apps
