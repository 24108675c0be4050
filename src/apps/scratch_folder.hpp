#pragma once

#include <filesystem>

namespace fedloom::apps {

/// A folder that only this user can read, and that goes with the object.
class ScratchFolder {
 public:
  /// In the folder for temporary files. Throws EnvironmentError.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace fedloom::apps
