#pragma once
// A fresh folder for one test; removed with all that is in it at the end.
// (Where a test writes much and waits for the disk each time, memory_folder() is a parent that does not keep it
// waiting.)

#include <filesystem>
#include <string_view>

namespace fedloom::test {

class TempFolder {
 public:
  TempFolder();
  explicit TempFolder(const std::filesystem::path& parent);
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// In memory where the system has such a place, else the usual one.
std::filesystem::path memory_folder();

}  // namespace fedloom::test
