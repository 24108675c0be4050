#include "named_source.hpp"

#include <algorithm>
#include <filesystem>

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

/// The file's name without its ending, below so many of its folders.
std::string name_of(const fs::path& file, std::size_t folders) {
  std::vector<std::string> parts;
  for (const fs::path& part : file.parent_path()) parts.push_back(part.string());
  std::string name;
  for (std::size_t k = parts.size() - std::min(folders, parts.size()); k < parts.size(); ++k) {
    if (parts[k] != "/") name += parts[k] + "/";
  }
  return name + file.stem().string();
}

}  // namespace

std::vector<NamedSource> named_sources(const std::vector<std::string>& words) {
  std::vector<NamedSource> out;
  std::vector<fs::path> files;
  for (const std::string& word : words) {
    const auto equals = word.find('='), colon = word.find(':');
    std::error_code ignored;
    const bool named = equals != std::string::npos && equals > 0 && equals < colon && !fs::exists(word, ignored);
    const bool query = word.starts_with("postgres");
    const bool scheme = word.starts_with("csv:") || word.starts_with("parquet:");
    files.push_back(named || query ? fs::path() : fs::path(word.substr(scheme ? colon + 1 : 0)));
    out.push_back({named   ? word.substr(0, equals)
                   : query ? "query"
                           : name_of(files.back(), 0),
                   named ? word.substr(equals + 1) : word});
  }
  const auto alike = [&](std::size_t at) {
    return std::count_if(out.begin(), out.end(), [&](const auto& one) { return one.name == out[at].name; }) > 1;
  };
  constexpr std::size_t most_folders = 64;
  for (std::size_t folders = 1; folders < most_folders; ++folders) {
    std::vector<std::size_t> longer;
    for (std::size_t at = 0; at < out.size(); ++at) {
      if (!files[at].empty() && alike(at)) longer.push_back(at);
    }
    for (const std::size_t at : longer) out[at].name = name_of(files[at], folders);
  }
  for (std::size_t at = 0; at < out.size(); ++at) {
    std::size_t number = 1;
    for (std::size_t other = at + 1; other < out.size(); ++other) {
      if (out[other].name == out[at].name) out[other].name += " (" + std::to_string(++number) + ")";
    }
  }
  return out;
}

}  // namespace fedloom::apps
