#pragma once
// Files that a person names to be written: docs/errors.md has the rule.

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace fedloom::apps {

/// Before any work, which may take hours. Throws UsageError: the file is there and `force` is not given, or it is a
/// folder; EnvironmentError: its folder is not there. `option`: what names another one.
void require_new_file(const std::filesystem::path& file, bool force, const std::string& option = "--out");

/// --force, for what a command writes.
void add_force_option(CLI::App& command, bool& force);

}  // namespace fedloom::apps
