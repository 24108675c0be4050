#pragma once
// Files that survive a crash.

#include <filesystem>
#include <string>
#include <string_view>

#include "fedloom/base/bytes.hpp"

namespace fedloom {

/// Throws EnvironmentError when the file cannot be read.
std::string read_text(const std::filesystem::path& file);
Bytes read_bytes(const std::filesystem::path& file);

/// Writes beside the file, fsyncs, renames over it, fsyncs the folder: after a
/// crash the file holds the old or the new content, whole. `mode` as for open(2).
void write_atomically(const std::filesystem::path& file, ByteView content, unsigned mode = 0644);
void write_atomically(const std::filesystem::path& file, std::string_view content, unsigned mode = 0644);

/// An open file that only grows. append() returns once the bytes are on disk
/// (write, fsync). Holds an exclusive lock (flock) for as long as it is open;
/// a second opener gets an EnvironmentError at once.
class AppendFile {
 public:
  /// Opens or creates; `mode` for a new file.
  explicit AppendFile(const std::filesystem::path& file, unsigned mode = 0600);
  ~AppendFile();
  AppendFile(AppendFile&&) noexcept;
  AppendFile& operator=(AppendFile&&) noexcept;
  void append(ByteView bytes);
  void append(std::string_view text);
  /// Cuts the file to `size` bytes (used to drop a line that a crash left half written).
  void truncate(std::uint64_t size);
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

/// A file that is written piece by piece, and is there whole or not at all.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& file, unsigned mode = 0600);
  /// Without commit() nothing stays.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void append(ByteView bytes);
  /// On disk (fsync, file and folder) under its name when it returns.
  void commit();

 private:
  [[noreturn]] void fail(const char* tried) const;
  std::filesystem::path file_, fresh_;
  int fd_ = -1;
};

}  // namespace fedloom
