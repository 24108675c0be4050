#include "fedloom/base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "descriptor.hpp"
#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom {
namespace {

constexpr const char* check_disk = "check that the folder exists, is writable and has free space";

template <typename Content>
Content read_all(const std::filesystem::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.open()) {
    throw EnvironmentError(file.string(), system_words("cannot open"), "check the path and its permissions");
  }
  Content content;
  char chunk[65536];
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw EnvironmentError(file.string(), system_words("cannot read"), "check that it is a readable file");
    }
    if (got == 0) return content;
    content.insert(content.end(), chunk, chunk + got);
  }
}

}  // namespace

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

void sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.open() || ::fsync(fd.get()) != 0) {
    throw EnvironmentError(folder.string(), system_words("cannot sync the folder"), check_disk);
  }
}

std::string system_words(const char* tried) {
  const int error = errno;
  return std::string(tried) + " (" + std::strerror(error) + ")";
}

std::string read_text(const std::filesystem::path& file) { return read_all<std::string>(file); }
Bytes read_bytes(const std::filesystem::path& file) { return read_all<Bytes>(file); }

void write_atomically(const std::filesystem::path& file, ByteView content, unsigned mode) {
  AtomicFile whole(file, mode);
  whole.append(content);
  whole.commit();
}

void write_atomically(const std::filesystem::path& file, std::string_view content, unsigned mode) {
  write_atomically(file, as_bytes(content), mode);
}

AppendFile::AppendFile(const std::filesystem::path& file, unsigned mode) : path_(file) {
  fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, mode);
  if (fd_ < 0) throw EnvironmentError(file.string(), system_words("cannot open for writing"), check_disk);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const bool taken = errno == EWOULDBLOCK;
    const std::string words = taken ? "is in use by another run" : system_words("cannot lock");
    ::close(std::exchange(fd_, -1));
    throw EnvironmentError(file.string(), words,
                           taken ? "wait until that run ends, or stop it" : "use a file system that has locks");
  }
  try {
    sync_folder_of(file);
  } catch (...) {
    ::close(std::exchange(fd_, -1));
    throw;
  }
}

AppendFile::~AppendFile() {
  if (fd_ >= 0) ::close(fd_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    path_ = std::move(other.path_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void AppendFile::append(ByteView bytes) {
  FEDLOOM_CHECK(fd_ >= 0);
  if (!write_all(fd_, bytes) || ::fsync(fd_) != 0) {
    throw EnvironmentError(path_.string(), system_words("cannot append"), check_disk);
  }
}

void AppendFile::append(std::string_view text) { append(as_bytes(text)); }

void AppendFile::truncate(std::uint64_t size) {
  FEDLOOM_CHECK(fd_ >= 0);
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0 || ::fsync(fd_) != 0) {
    throw EnvironmentError(path_.string(), system_words("cannot cut the file"), check_disk);
  }
}

AtomicFile::AtomicFile(const std::filesystem::path& file, unsigned mode) : file_(file), fresh_(file) {
  fresh_ += ".tmp";
  ::unlink(fresh_.c_str());  // left over from a crash, perhaps with another mode
  fd_ = ::open(fresh_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd_ < 0) fail("cannot open for writing");
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(fresh_.c_str());
}

void AtomicFile::fail(const char* tried) const {
  throw EnvironmentError(file_.string(), system_words(tried), check_disk);
}

void AtomicFile::append(ByteView bytes) {
  if (!write_all(fd_, bytes)) fail("cannot write");
}

void AtomicFile::commit() {
  FEDLOOM_CHECK(fd_ >= 0);
  if (::fsync(fd_) != 0) fail("cannot write");
  ::close(std::exchange(fd_, -1));
  if (::rename(fresh_.c_str(), file_.c_str()) != 0) {
    const std::string words = system_words("cannot replace the file");
    ::unlink(fresh_.c_str());
    throw EnvironmentError(file_.string(), words, check_disk);
  }
  sync_folder_of(file_);
}

}  // namespace fedloom
