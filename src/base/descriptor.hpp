#pragma once
// An owned file descriptor, and whole writes to it.

#include <unistd.h>

#include <filesystem>
#include <string>

#include "fedloom/base/bytes.hpp"

namespace fedloom {

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  bool open() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

/// Writes all bytes; false with errno set when the system refuses.
bool write_all(int fd, ByteView bytes);
/// Makes a new name in `file`'s folder survive a crash. Throws EnvironmentError.
void sync_folder_of(const std::filesystem::path& file);
/// The system's words for errno, after what was tried: "cannot write (No space left on device)".
std::string system_words(const char* tried);

}  // namespace fedloom
