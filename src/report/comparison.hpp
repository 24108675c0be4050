#pragma once
// What `fedloom evaluate --json` found, as HTML: exact figures of real rows. PRIVATE: for the local page only.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::report {

/// The warning that stands above everything else on a page with such figures.
std::string not_private_warning();

/// Sections with headings. `attributes`: the columns in order, for the map of pairs. Throws ConfigError naming `file`
/// when the text is not what `fedloom evaluate --json` writes.
std::string comparison_sections(std::string_view evaluation_json, const std::filesystem::path& file,
                                const std::vector<std::string>& attributes);

}  // namespace fedloom::report
